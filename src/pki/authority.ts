// Makes certificate authorities, and certificates signed by them. Keys are ECDSA P-256, in PEM.
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import type { Address } from '../net/address.ts'
import { type CertificateContent, certificateDer, type Subject } from './certificate.ts'

/** A certificate with its private key. The key is secret: files of it are mode 0600, and it is never logged. */
export interface KeyPair {
  readonly certificatePem: string
  readonly privateKeyPem: string
}

/** A pair that may sign others; the same shape, told apart by type. */
export type Authority = KeyPair & { readonly subject: Subject }

export interface AuthorityRequest {
  readonly commonName: string
  readonly days: number
  /** ms since the epoch. */
  readonly now: number
}

export interface CertificateRequest {
  readonly commonName: string
  readonly organizations?: readonly string[]
  readonly dnsNames?: readonly string[]
  readonly addresses?: readonly Address[]
  readonly usages: readonly ('server' | 'client')[]
  readonly days: number
  /** ms since the epoch. */
  readonly now: number
}

const dayMs = 24 * 60 * 60 * 1000
/** Clocks of two machines differ a little. */
const backdatedMs = 60 * 1000

export function createAuthority(request: AuthorityRequest): Authority {
  const { publicKey, privateKey } = newKey()
  const subject = { commonName: request.commonName }
  const content = {
    subject,
    issuer: subject,
    ...validity(request),
    publicKey,
    authority: true,
    usages: [],
    dnsNames: [],
    addresses: [],
    signer: privateKey,
  }
  return { ...keyPair(content, privateKey), subject }
}

/** Takes up an authority from its PEM files. Throws when the two do not belong together. */
export function loadAuthority(pair: KeyPair): Authority {
  const certificate = new X509Certificate(pair.certificatePem)
  if (!certificate.ca || !certificate.checkPrivateKey(createPrivateKey(pair.privateKeyPem))) {
    throw new Error(`not a certificate authority with its key: ${JSON.stringify(certificate.subject)}`)
  }
  const commonName = /^CN=(.*)$/m.exec(certificate.subject)?.[1]
  if (commonName === undefined)
    throw new Error(`the authority has no common name: ${JSON.stringify(certificate.subject)}`)
  return { ...pair, subject: { commonName } }
}

export function issueCertificate(authority: Authority, request: CertificateRequest): KeyPair {
  const { publicKey, privateKey } = newKey()
  const content = {
    subject: { commonName: request.commonName, organizations: request.organizations ?? [] },
    issuer: authority.subject,
    ...validity(request),
    publicKey,
    authority: false,
    usages: request.usages,
    dnsNames: request.dnsNames ?? [],
    addresses: request.addresses ?? [],
    signer: createPrivateKey(authority.privateKeyPem),
  }
  return keyPair(content, privateKey)
}

function validity(request: { readonly now: number; readonly days: number }) {
  return { notBefore: request.now - backdatedMs, notAfter: request.now + request.days * dayMs }
}

function newKey(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function keyPair(content: CertificateContent, privateKey: KeyObject): KeyPair {
  return {
    certificatePem: pem('CERTIFICATE', certificateDer(content)),
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** RFC 7468: base64 in lines of 64. */
function pem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}
