// Which records does the cluster's zone hold? (Kubernetes DNS specification 1.1.0, with CoreDNS's answers to the corners.)
import { type Address, familyOf, reverseName } from '../../net/address.ts'
import type { EndpointModel, Network, ServiceModel } from '../model.ts'

/** Names in lower case and without a final dot. */
export type DnsRecord =
  | { readonly type: 'A' | 'AAAA'; readonly name: string; readonly ttlSeconds: number; readonly address: Address }
  | { readonly type: 'CNAME' | 'PTR'; readonly name: string; readonly ttlSeconds: number; readonly target: string }
  | {
      readonly type: 'SRV'
      readonly name: string
      readonly ttlSeconds: number
      readonly priority: number
      readonly weight: number
      readonly port: number
      readonly target: string
    }
  | { readonly type: 'TXT'; readonly name: string; readonly ttlSeconds: number; readonly text: string }
  /** The name exists and has no record of its own: NODATA, where an unknown name would be NXDOMAIN. */
  | { readonly type: 'empty'; readonly name: string }

export interface ZoneOptions {
  /** `cluster.local` */
  readonly zone: string
  /** CoreDNS: 5 unless its Corefile says otherwise. */
  readonly ttlSeconds?: number
}

const defaultTtlSeconds = 5
/** What CoreDNS gives the record of the specification's version. */
const versionTtlSeconds = 28_800

/** Sorted by Service; the records of an unchanged Service are the same objects every time. */
export function dnsRecords(network: Network, options: ZoneOptions): readonly DnsRecord[] {
  return [...zoneRecords(network, options), ...network.services.flatMap(service => serviceRecords(service, options))]
}

/** What is there without any Service: the version, and the names that lead to others. */
export function zoneRecords({ namespaces }: Network, { zone }: ZoneOptions): readonly DnsRecord[] {
  const root = zone.toLowerCase()
  return [
    { type: 'TXT', name: `dns-version.${root}`, ttlSeconds: versionTtlSeconds, text: '1.1.0' },
    { type: 'empty', name: `svc.${root}` },
    { type: 'empty', name: `pod.${root}` },
    ...namespaces.map(({ name }): DnsRecord => ({ type: 'empty', name: `${name}.svc.${root}` })),
  ]
}

const remembered = new WeakMap<ServiceModel, Map<string, readonly DnsRecord[]>>()

/** The records of one Service, forward and reverse; the same array as long as the Service is the same object. */
export function serviceRecords(service: ServiceModel, options: ZoneOptions): readonly DnsRecord[] {
  const { zone, ttlSeconds = defaultTtlSeconds } = options
  const key = `${ttlSeconds} ${zone}`
  const held = remembered.get(service) ?? new Map<string, readonly DnsRecord[]>()
  remembered.set(service, held)
  const known = held.get(key)
  if (known !== undefined) return known
  const records = recordsOf(service, { zone: zone.toLowerCase(), ttlSeconds })
  held.set(key, records)
  return records
}

interface Place {
  readonly zone: string
  readonly ttlSeconds: number
}

function recordsOf(service: ServiceModel, place: Place): readonly DnsRecord[] {
  const name = `${service.name}.${service.namespace}.svc.${place.zone}`.toLowerCase()
  if (service.type === 'ExternalName') return externalName(service, name, place)
  const hosts = hostsOf(service, name)
  const endpointRecords = hosts.flatMap(({ address, hostname }) => both(hostname, address, place))
  if (service.headless) {
    // Without a ready endpoint there is no name at all, so that a client sees NXDOMAIN and searches on.
    const addresses = [...new Set(hosts.map(({ address }) => address))].map(address => forward(name, address, place))
    return [...addresses, ...endpointRecords, ...headlessPorts(service, { name, place })]
  }
  return [
    ...service.clusterIPs.flatMap(address => both(name, address, place)),
    ...endpointRecords,
    ...clusterPorts(service, { name, place }),
  ]
}

function externalName({ externalName }: ServiceModel, name: string, { ttlSeconds }: Place): readonly DnsRecord[] {
  const target = (externalName ?? '').toLowerCase().replace(/\.$/, '')
  return target === '' ? [] : [{ type: 'CNAME', name, ttlSeconds, target }]
}

interface Host {
  readonly address: Address
  readonly hostname: string
}

/** Ready endpoints by name and address. Terminating ones leave the zone at once. */
function hostsOf(service: ServiceModel, name: string): readonly Host[] {
  const hosts = new Map<string, Host>()
  for (const endpoint of [...service.endpoints, ...service.ports.flatMap(({ endpoints }) => endpoints)]) {
    if (!endpoint.ready) continue
    const hostname = hostNameOf(endpoint, name)
    hosts.set(`${hostname} ${endpoint.address}`, { address: endpoint.address, hostname })
  }
  return [...hosts.values()]
}

/** The endpoint's own host name, else its address with dashes: `10-244-0-10`; a final dash of IPv6 gets a 0. */
function hostNameOf({ hostname, address }: EndpointModel, service: string): string {
  const label = hostname === undefined || hostname === '' ? dashed(address) : hostname.toLowerCase()
  return `${label}.${service}`
}

function dashed(address: Address): string {
  const text = address.replaceAll(/[.:]/g, '-')
  return text.endsWith('-') ? `${text}0` : text
}

interface Named {
  readonly name: string
  readonly place: Place
}

/** Named ports, and all of them under the bare name of the Service as well, which CoreDNS answers too. */
function clusterPorts(service: ServiceModel, { name, place }: Named): readonly DnsRecord[] {
  if (service.clusterIPs.length === 0) return []
  const named = service.ports.filter(port => port.name !== '')
  const weight = weightOf(named.length)
  return named.flatMap(({ name: portName, protocol, port }) => [
    srv(`_${portName}._${protocol}.${name}`, { port, target: name, weight: weightOf(1), place }),
    srv(name, { port, target: name, weight, place }),
  ])
}

/** One record per ready endpoint and named port, with the endpoint's own port number. */
function headlessPorts(service: ServiceModel, { name, place }: Named): readonly DnsRecord[] {
  const named = service.ports.filter(port => port.name !== '')
  const all = named.flatMap(port => {
    const targets = new Map<string, { readonly port: number; readonly target: string }>()
    for (const endpoint of port.endpoints) {
      const target = hostNameOf(endpoint, name)
      if (endpoint.ready) targets.set(`${endpoint.port} ${target}`, { port: endpoint.port, target })
    }
    return [...targets.values()].map(target => ({ owner: port, count: targets.size, ...target }))
  })
  return all.flatMap(({ owner, count, port, target }) => [
    srv(`_${owner.name}._${owner.protocol}.${name}`, { port, target, weight: weightOf(count), place }),
    srv(name, { port, target, weight: weightOf(all.length), place }),
  ])
}

/** CoreDNS shares 100 among the records of an answer. */
function weightOf(count: number): number {
  return count === 0 ? 0 : Math.max(1, Math.floor(100 / count))
}

function srv(
  name: string,
  record: { readonly port: number; readonly target: string; readonly weight: number; readonly place: Place },
): DnsRecord {
  const { port, target, weight, place } = record
  return { type: 'SRV', name: name.toLowerCase(), ttlSeconds: place.ttlSeconds, priority: 0, weight, port, target }
}

function forward(name: string, address: Address, { ttlSeconds }: Place): DnsRecord {
  return { type: familyOf(address) === 4 ? 'A' : 'AAAA', name, ttlSeconds, address }
}

function both(name: string, address: Address, place: Place): readonly DnsRecord[] {
  return [
    forward(name, address, place),
    { type: 'PTR', name: reverseName(address), ttlSeconds: place.ttlSeconds, target: name },
  ]
}
