// Which names the LAN's DNS answers with load-balancer addresses: ingress hosts, LoadBalancer Services, machines.
import { type Address, compareAddresses, familyOf, parseAddress, reverseName } from '../net/address.ts'
import type { Ingress } from '../objects/kinds/ingress.ts'
import type { Service } from '../objects/kinds/service.ts'
import type { DnsRecord } from './dns-record.ts'

/** Short, because an address moves when its Service does. */
const ttlSeconds = 5
/** external-dns's annotation: names that a Service wants, separated by commas. */
const hostnameAnnotation = 'external-dns.alpha.kubernetes.io/hostname'

export interface LanNames {
  readonly domain: string
  readonly machines: readonly { readonly name: string; readonly addresses: readonly Address[] }[]
  readonly ingresses: Iterable<Ingress>
  readonly services: Iterable<Service>
}

/**
 * Ingress hosts answer the addresses in the Ingress's status; a LoadBalancer Service answers as `<name>.<namespace>.<domain>`
 * and under the names of its external-dns annotation; machines as `<name>.<domain>`, with their reverse names.
 */
export function lanRecords(names: LanNames): readonly DnsRecord[] {
  const addresses = new Map<string, Set<Address>>()
  const answer = (name: string, found: readonly Address[]) => {
    if (found.length === 0) return
    const known = addresses.get(name) ?? new Set()
    for (const address of found) known.add(address)
    addresses.set(name, known)
  }
  for (const ingress of names.ingresses) {
    const found = balancerAddresses(ingress.status?.loadBalancer?.ingress)
    for (const rule of ingress.spec?.rules ?? []) if (rule.host) answer(normal(rule.host), found)
  }
  for (const service of names.services) {
    if (service.spec?.type !== 'LoadBalancer') continue
    const found = balancerAddresses(service.status?.loadBalancer?.ingress)
    answer(normal(`${service.metadata.name}.${service.metadata.namespace}.${names.domain}`), found)
    for (const wanted of (service.metadata.annotations?.[hostnameAnnotation] ?? '').split(',')) {
      if (wanted.trim() !== '') answer(normal(wanted.trim()), found)
    }
  }
  for (const machine of names.machines) answer(`${machine.name}.${names.domain}`, machine.addresses)

  const forward = [...addresses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, found]) =>
      [...found]
        .sort(compareAddresses)
        .map(
          (address): DnsRecord => ({ name, type: familyOf(address) === 4 ? 'A' : 'AAAA', ttlSeconds, data: address }),
        ),
    )
  const reverse = names.machines.flatMap(machine =>
    machine.addresses.map(
      (address): DnsRecord => ({
        name: reverseName(address),
        type: 'PTR',
        ttlSeconds,
        data: `${machine.name}.${names.domain}.`,
      }),
    ),
  )
  return [...forward, ...reverse]
}

function balancerAddresses(ingress: readonly { readonly ip?: string }[] | undefined): readonly Address[] {
  return (ingress ?? []).flatMap(({ ip }) => {
    const parsed = ip === undefined ? undefined : parseAddress(ip)
    return parsed === undefined ? [] : [parsed]
  })
}

function normal(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}
