// Certificates are checked by OpenSSL, as Node links it: what it accepts, TLS accepts.
import assert from 'node:assert/strict'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { parse } from 'yaml'
import { address } from '../net/address.ts'
import { createAuthority, issueCertificate, loadAuthority } from './authority.ts'
import { renderKubeconfig } from './kubeconfig.ts'

const now = Date.parse('2031-05-06T07:08:09Z')

test('an authority signs itself and says that it may sign others', () => {
  const authority = createAuthority({ commonName: 'lab CA', days: 3650, now })
  const certificate = new X509Certificate(authority.certificatePem)
  assert.equal(certificate.ca, true)
  assert.equal(certificate.subject, 'CN=lab CA')
  assert.ok(certificate.verify(certificate.publicKey))
  assert.ok(certificate.checkIssued(certificate))
})

test('a certificate names its hosts and addresses of both families, and is signed by its authority', () => {
  const authority = createAuthority({ commonName: 'lab CA', days: 3650, now })
  const pair = issueCertificate(authority, {
    commonName: 'kubernetes',
    dnsNames: ['kubernetes.default.svc', '*.anton.example'],
    addresses: [address('127.0.0.1'), address('fd00::1')],
    usages: ['server'],
    days: 30,
    now,
  })
  const certificate = new X509Certificate(pair.certificatePem)
  const issuer = new X509Certificate(authority.certificatePem)
  assert.ok(certificate.checkIssued(issuer))
  assert.ok(certificate.verify(issuer.publicKey))
  assert.equal(certificate.ca, false)
  assert.equal(certificate.checkHost('echo.anton.example'), '*.anton.example')
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1')
  assert.equal(certificate.checkIP('fd00::1'), 'fd00::1')
  assert.equal(certificate.checkIP('127.0.0.2'), undefined)
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.ok(certificate.checkPrivateKey(createPrivateKey(pair.privateKeyPem)))
})

test('validity begins a minute early and ends after the days asked for, also beyond 2049', () => {
  const authority = createAuthority({ commonName: 'lab CA', days: 10_000, now })
  const certificate = new X509Certificate(authority.certificatePem)
  assert.equal(certificate.validFromDate.getTime(), now - 60_000)
  assert.equal(certificate.validToDate.getTime(), now + 10_000 * 86_400_000)
})

test('two certificates of one authority have different serial numbers', () => {
  const authority = createAuthority({ commonName: 'lab CA', days: 1, now })
  const request = { commonName: 'a', usages: ['client'], days: 1, now } as const
  const serials = [1, 2].map(
    () => new X509Certificate(issueCertificate(authority, request).certificatePem).serialNumber,
  )
  assert.notEqual(serials[0], serials[1])
})

test('an authority is taken up from its PEM files, but not with the key of another', () => {
  const one = createAuthority({ commonName: 'one', days: 1, now })
  const other = createAuthority({ commonName: 'other', days: 1, now })
  assert.deepEqual(loadAuthority(one).subject, { commonName: 'one' })
  assert.throws(() => loadAuthority({ ...one, privateKeyPem: other.privateKeyPem }), /not a certificate authority/)
})

test('a client certificate carries user and groups, and a kubeconfig carries the certificate', () => {
  const authority = createAuthority({ commonName: 'lab CA', days: 1, now })
  const client = issueCertificate(authority, {
    commonName: 'admin',
    organizations: ['system:masters'],
    usages: ['client'],
    days: 1,
    now,
  })
  assert.equal(new X509Certificate(client.certificatePem).subject, 'O=system:masters\nCN=admin')
  const text = renderKubeconfig({
    name: 'fairway',
    server: 'https://127.0.0.1:6443',
    authorityPem: authority.certificatePem,
    client,
  })
  const config = parse(text) as { users: { user: Record<string, string> }[]; 'current-context': string }
  assert.equal(config['current-context'], 'fairway')
  const data = config.users[0]?.user['client-key-data'] ?? ''
  assert.equal(Buffer.from(data, 'base64').toString(), client.privateKeyPem)
})
