// Which names does the cluster's zone hold, and what do they answer? Kubernetes DNS specification 1.1.0, with CoreDNS's habits.
import { type Address, familyOf, reverseName } from '../../net/address.ts'
import type { DnsRecord } from '../dns-record.ts'
import type { EndpointModel, Network, ServiceModel } from '../model.ts'

export interface DnsOptions {
  /** `cluster.local`. */
  readonly zone: string
  readonly ttlSeconds: number
}

/** The answer to the version query may be kept for eight hours, as CoreDNS says it. */
const versionTtlSeconds = 28_800

/** Records of the zone and of the reverse zones, in a stable order. A Service that did not change costs a look-up. */
export function dnsRecords(network: Network, options: DnsOptions): readonly DnsRecord[] {
  const { zone, ttlSeconds } = options
  return [
    {
      name: zone,
      type: 'SOA',
      ttlSeconds,
      data: `ns.dns.${zone}. hostmaster.${zone}. 1 7200 1800 86400 ${ttlSeconds}`,
    },
    { name: `dns-version.${zone}`, type: 'TXT', ttlSeconds: versionTtlSeconds, data: '1.1.0' },
    // These exist without any Service: an address asked of them must not be denied (NODATA, not NXDOMAIN).
    { name: `svc.${zone}`, type: 'TXT', ttlSeconds, data: 'services' },
    { name: `pod.${zone}`, type: 'TXT', ttlSeconds, data: 'pods' },
    ...network.namespaces.map(
      ({ name }): DnsRecord => ({ name: `${name}.svc.${zone}`, type: 'TXT', ttlSeconds, data: 'namespace' }),
    ),
    ...network.services.flatMap(service => recordsOf(service, options)),
  ]
}

const known = new WeakMap<ServiceModel, { readonly options: DnsOptions; readonly records: readonly DnsRecord[] }>()

function recordsOf(service: ServiceModel, options: DnsOptions): readonly DnsRecord[] {
  const held = known.get(service)
  if (held?.options.zone === options.zone && held.options.ttlSeconds === options.ttlSeconds) return held.records
  const records = serviceRecords(service, options)
  known.set(service, { options, records })
  return records
}

function serviceRecords(service: ServiceModel, { zone, ttlSeconds }: DnsOptions): readonly DnsRecord[] {
  const name = `${service.name}.${service.namespace}.svc.${zone}`.toLowerCase()
  const record = (owner: string, type: DnsRecord['type'], data: string): DnsRecord => ({
    name: owner,
    type,
    ttlSeconds,
    data,
  })
  if (service.type === 'ExternalName') {
    const target = service.externalName?.toLowerCase().replace(/\.$/, '')
    return target === undefined || target === '' ? [] : [record(name, 'CNAME', `${target}.`)]
  }
  const endpoints = answering(service)
  const hosts = endpoints.map(endpoint => ({ endpoint, host: `${endpointName(endpoint)}.${name}` }))
  const hostRecords = unique(
    hosts.map(({ endpoint, host }) => record(host, addressType(endpoint.address), endpoint.address)),
  )
  // CoreDNS names the endpoints of every Service, headless or not.
  const hostNames = unique(hosts.map(({ endpoint, host }) => record(reverseName(endpoint.address), 'PTR', `${host}.`)))
  if (!service.headless) {
    return [
      ...service.clusterIPs.map(address => record(name, addressType(address), address)),
      ...clusterPorts(service, name).map(({ owner, data }) => record(owner, 'SRV', data)),
      ...service.clusterIPs.map(address => record(reverseName(address), 'PTR', `${name}.`)),
      ...hostRecords,
      ...hostNames,
    ]
  }
  // Without a ready endpoint there is nothing at all, so that a client sees NXDOMAIN and searches on.
  return [
    ...unique(endpoints.map(({ address }) => record(name, addressType(address), address))),
    ...unique(headlessPorts(service, name).map(({ owner, data }) => record(owner, 'SRV', data))),
    ...hostNames,
    ...hostRecords,
  ]
}

interface PortAnswer {
  readonly owner: string
  readonly data: string
}

/** Named ports; the bare name of the Service answers with all of them, as CoreDNS does beyond the specification. */
function clusterPorts(service: ServiceModel, name: string): readonly PortAnswer[] {
  if (service.clusterIPs.length === 0) return []
  const named = service.ports.filter(port => port.name !== '')
  return named.flatMap(port => [
    { owner: portName(port, name), data: `0 ${weightOf(1)} ${port.port} ${name}.` },
    { owner: name, data: `0 ${weightOf(named.length)} ${port.port} ${name}.` },
  ])
}

/** One answer per ready endpoint and named port, with the endpoint's own port number. */
function headlessPorts(service: ServiceModel, name: string): readonly PortAnswer[] {
  const answers = service.ports
    .filter(port => port.name !== '')
    .map(port => ({ port, ready: port.endpoints.filter(isAnswering) }))
  const total = answers.reduce((sum, { ready }) => sum + ready.length, 0)
  return answers.flatMap(({ port, ready }) =>
    ready.flatMap(endpoint => {
      const target = `${endpoint.port} ${endpointName(endpoint)}.${name}.`
      return [
        { owner: portName(port, name), data: `0 ${weightOf(ready.length)} ${target}` },
        { owner: name, data: `0 ${weightOf(total)} ${target}` },
      ]
    }),
  )
}

/** CoreDNS shares 100 among the records of an answer. */
function weightOf(count: number): number {
  return Math.max(1, Math.floor(100 / Math.max(1, count)))
}

/** Every ready endpoint once per address and host name, whichever ports it has. */
function answering(service: ServiceModel): readonly EndpointModel[] {
  const all = service.ports.length > 0 ? service.ports.flatMap(port => port.endpoints) : service.endpoints
  const seen = new Map<string, EndpointModel>()
  for (const endpoint of all) {
    if (isAnswering(endpoint)) seen.set(`${endpoint.address} ${endpoint.hostname ?? ''}`, endpoint)
  }
  return [...seen.values()]
}

/** Only readiness counts; a terminating pod leaves the DNS at once. `publishNotReadyAddresses` has made its endpoints ready already. */
function isAnswering(endpoint: EndpointModel): boolean {
  return endpoint.ready
}

/** The endpoint's host name, or its address with dashes, as CoreDNS names it. */
function endpointName({ hostname, address }: EndpointModel): string {
  if (hostname !== undefined && hostname !== '') return hostname.toLowerCase()
  if (familyOf(address) === 4) return address.replaceAll('.', '-')
  const dashed = address.replaceAll(':', '-')
  return dashed.endsWith('-') ? `${dashed}0` : dashed
}

function portName(port: { readonly name: string; readonly protocol: string }, service: string): string {
  return `_${port.name.toLowerCase()}._${port.protocol.toLowerCase()}.${service}`
}

function addressType(address: Address): 'A' | 'AAAA' {
  return familyOf(address) === 4 ? 'A' : 'AAAA'
}

function unique(records: readonly DnsRecord[]): readonly DnsRecord[] {
  return [...new Map(records.map(record => [`${record.name} ${record.type} ${record.data}`, record])).values()]
}
