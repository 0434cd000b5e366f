// Whether a Secret holds a certificate with its key, for which names, and the pair itself.
import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { CertificateState } from '../../network/routing/certificate.ts'
import type { Secret } from '../../objects/kinds/secret.ts'
import type { KeyPair } from '../../pki/authority.ts'

export interface SecretCertificate {
  readonly state: CertificateState
  /** Absent unless valid. */
  readonly pair?: KeyPair
}

const remembered = new WeakMap<Secret, SecretCertificate>()

/** Remembered by object identity. */
export function readCertificate(secret: Secret): SecretCertificate {
  const known = remembered.get(secret)
  if (known !== undefined) return known
  const read = parse(secret)
  remembered.set(secret, read)
  return read
}

function parse(secret: Secret): SecretCertificate {
  const certificatePem = decode(secret, 'tls.crt')
  const privateKeyPem = decode(secret, 'tls.key')
  if (certificatePem === undefined) return invalid('it has no data["tls.crt"]')
  if (privateKeyPem === undefined) return invalid('it has no data["tls.key"]')
  try {
    const chain = blocks(certificatePem).map(pem => new X509Certificate(pem))
    const [leaf] = chain
    if (leaf === undefined) return invalid('tls.crt holds no PEM certificate')
    if (!leaf.checkPrivateKey(createPrivateKey(privateKeyPem)))
      return invalid('tls.key does not belong to the certificate')
    return { state: { kind: 'valid', names: namesOf(leaf) }, pair: { certificatePem, privateKeyPem } }
  } catch (error) {
    // OpenSSL's text names the trouble; it never holds key material.
    return invalid(error instanceof Error ? error.message : String(error))
  }
}

function invalid(why: string): SecretCertificate {
  return { state: { kind: 'invalid', why } }
}

function decode(secret: Secret, key: string): string | undefined {
  const value = secret.data?.[key]
  return value === undefined || value === '' ? undefined : Buffer.from(value, 'base64').toString('latin1')
}

function blocks(pem: string): string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}

/** The names of the extension; the common name only counts where it is absent, as in very old certificates. */
function namesOf(certificate: X509Certificate): string[] {
  const alternatives = [...(certificate.subjectAltName ?? '').matchAll(/(?:^|, )DNS:([^,"]+)/g)].map(
    match => match[1] ?? '',
  )
  if (alternatives.length > 0) return alternatives
  const commonName = /^CN=(.+)$/m.exec(certificate.subject)?.[1]
  return commonName === undefined ? [] : [commonName]
}
