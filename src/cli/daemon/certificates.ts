// The lab's certificate authorities: made at the first start, kept in the state directory, signing everything of the lab.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type StateDirectory, writePrivateFile } from '../../lab/daemon/state-directory.ts'
import type { Address } from '../../net/address.ts'
import { type Authority, createAuthority, issueCertificate, type KeyPair, loadAuthority } from '../../pki/authority.ts'

const authorityDays = 10 * 365
/** Browsers and Go refuse leaves that live longer. */
const leafDays = 397

export interface LabCertificates {
  /** Signs the API server and its clients. */
  readonly cluster: Authority
  /** Signs web sites: ingress hosts without a Secret, and the internet side. Every machine of the lab trusts it. */
  readonly web: Authority
  apiServer(names: readonly string[], addresses: readonly Address[]): KeyPair
  administrator(): KeyPair
  site(hosts: readonly string[]): KeyPair
}

export function openCertificates(state: StateDirectory, now: () => number): LabCertificates {
  const cluster = openAuthority(join(state.path, 'cluster-ca'), `${state.lab} cluster CA`, now)
  const web = openAuthority(join(state.path, 'web-ca'), `${state.lab} lab CA`, now)
  const days = leafDays
  return {
    cluster,
    web,
    apiServer: (dnsNames, addresses) =>
      issueCertificate(cluster, {
        commonName: 'kube-apiserver',
        dnsNames,
        addresses,
        usages: ['server'],
        days,
        now: now(),
      }),
    administrator: () =>
      issueCertificate(cluster, {
        commonName: 'kubernetes-admin',
        organizations: ['system:masters'],
        usages: ['client'],
        days,
        now: now(),
      }),
    site: hosts =>
      issueCertificate(web, {
        commonName: (hosts[0] ?? 'fairway').slice(0, 64),
        dnsNames: hosts,
        usages: ['server'],
        days,
        now: now(),
      }),
  }
}

function openAuthority(path: string, commonName: string, now: () => number): Authority {
  const kept = readPair(path)
  if (kept !== undefined) return loadAuthority(kept)
  const made = createAuthority({ commonName, days: authorityDays, now: now() })
  writePrivateFile(`${path}.key`, made.privateKeyPem)
  writePrivateFile(`${path}.crt`, made.certificatePem)
  return made
}

/** The certificate is written last, so a pair is there when it is. */
function readPair(path: string): KeyPair | undefined {
  try {
    return { certificatePem: readFileSync(`${path}.crt`, 'utf8'), privateKeyPem: readFileSync(`${path}.key`, 'utf8') }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
