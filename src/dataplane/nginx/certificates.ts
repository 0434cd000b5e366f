// Which certificates a routing table needs, and which of them a host is served with.
import { isWildcard, suffixOf } from '../../network/routing/host.ts'
import type { HostRoutes, RoutingTable } from '../../network/routing.ts'

/** `secret <namespace>/<name>`, or `default <names>`. */
export type CertificateId = string & { readonly __certificate: unique symbol }

export type CertificateNeed =
  | { readonly id: CertificateId; readonly kind: 'secret'; readonly key: string }
  /** To be signed by the proxy's own authority for these names. */
  | { readonly id: CertificateId; readonly kind: 'default'; readonly names: readonly string[] }

/** What a client sees that names no host of ours: the name ingress-nginx puts there too. */
const nameless = 'ingress.local'

export function certificateFor(entry: Pick<HostRoutes, 'host' | 'tls'>): CertificateNeed {
  if (entry.tls.kind === 'secret') {
    const key = `${entry.tls.namespace}/${entry.tls.name}`
    return { id: `secret ${key}` as CertificateId, kind: 'secret', key }
  }
  const names = [defaultName(entry.host)]
  return { id: `default ${names.join(' ')}` as CertificateId, kind: 'default', names }
}

/**
 * Hosts below one domain share a wildcard certificate, so that a new host needs no new key and hosts can share a server block.
 * No wildcard is issued directly below a top-level domain: clients do not accept it.
 */
function defaultName(host: string): string {
  if (host === '*') return nameless
  const parent = isWildcard(host) ? suffixOf(host) : host.slice(host.indexOf('.') + 1)
  const isDeep = host.includes('.') && parent.includes('.')
  return isDeep || isWildcard(host) ? `*.${parent}` : host
}

/** Each certificate once, sorted; the nameless default is always among them. */
export function certificatesOf(table: Pick<RoutingTable, 'hosts'>): CertificateNeed[] {
  const needs = [certificateFor({ host: '*', tls: { kind: 'default' } }), ...table.hosts.map(certificateFor)]
  const byId = new Map(needs.map(need => [need.id, need]))
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}
