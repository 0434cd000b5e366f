// The bytes of an X.509 certificate (RFC 5280), signed with an ECDSA P-256 key.
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { Address } from '../net/address.ts'
import {
  addressBytes,
  bitFlags,
  bitString,
  boolean,
  type Der,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.ts'

export interface Subject {
  readonly commonName: string
  /** Kubernetes reads these as the groups of a user. */
  readonly organizations?: readonly string[]
}

export interface CertificateContent {
  readonly subject: Subject
  readonly issuer: Subject
  /** ms since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  readonly publicKey: KeyObject
  readonly authority: boolean
  readonly usages: readonly ('server' | 'client')[]
  readonly dnsNames: readonly string[]
  readonly addresses: readonly Address[]
  /** The key that signs, and for the authority key identifier its public half. */
  readonly signer: KeyObject
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))
const usageIds = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const
/** Positions in KeyUsage, RFC 5280 §4.2.1.3. */
const keyUsage = { digitalSignature: 0, keyCertSign: 5, cRLSign: 6 } as const

export function certificateDer(content: CertificateContent): Der {
  const body = sequence(
    explicit(0, integer(2n)),
    serialNumber(),
    ecdsaWithSha256,
    distinguishedName(content.issuer),
    sequence(time(content.notBefore), time(content.notAfter)),
    distinguishedName(content.subject),
    publicKeyInfo(content.publicKey),
    explicit(3, sequence(...extensions(content))),
  )
  const signature = sign('sha256', body, { key: content.signer, dsaEncoding: 'der' })
  return sequence(body, ecdsaWithSha256, bitString(signature))
}

/** 127 random bits, so that the number is positive and never zero in practice. */
function serialNumber(): Der {
  return integer(BigInt(`0x${randomBytes(16).toString('hex')}`) >> 1n)
}

function distinguishedName(subject: Subject): Der {
  const attribute = (id: string, text: string) => setOf(sequence(objectIdentifier(id), utf8String(text)))
  const organizations = (subject.organizations ?? []).map(name => attribute('2.5.4.10', name))
  return sequence(...organizations, attribute('2.5.4.3', subject.commonName))
}

function publicKeyInfo(key: KeyObject): Der {
  return key.export({ type: 'spki', format: 'der' })
}

function extensions(content: CertificateContent): Der[] {
  const critical = (id: string, value: Der) => sequence(objectIdentifier(id), boolean(true), octetString(value))
  const plain = (id: string, value: Der) => sequence(objectIdentifier(id), octetString(value))
  const names = [
    ...content.dnsNames.map(name => implicit(2, Buffer.from(name, 'ascii'))),
    ...content.addresses.map(address => implicit(7, addressBytes(address))),
  ]
  return [
    critical('2.5.29.19', content.authority ? sequence(boolean(true)) : sequence()),
    critical(
      '2.5.29.15',
      bitFlags(content.authority ? [keyUsage.keyCertSign, keyUsage.cRLSign] : [keyUsage.digitalSignature]),
    ),
    ...(content.usages.length === 0
      ? []
      : [plain('2.5.29.37', sequence(...content.usages.map(usage => objectIdentifier(usageIds[usage]))))]),
    plain('2.5.29.14', octetString(keyIdentifier(content.publicKey))),
    plain('2.5.29.35', sequence(implicit(0, keyIdentifier(createPublicKey(content.signer))))),
    ...(names.length === 0 ? [] : [plain('2.5.29.17', sequence(...names))]),
  ]
}

/** RFC 7093 §2, method 1: the first 160 bits of the SHA-256 of the public key. */
function keyIdentifier(key: KeyObject): Der {
  return createHash('sha256').update(publicKeyInfo(key)).digest().subarray(0, 20)
}
