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
    // A namespace exists without any Service: its name must not be denied (NODATA, not NXDOMAIN).
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
  if (!service.headless) {
    return [
      ...service.clusterIPs.map(address => record(name, addressType(address), address)),
      ...service.ports.flatMap(port =>
        port.name === '' ? [] : [record(portName(port, name), 'SRV', `0 100 ${port.port} ${name}.`)],
      ),
      ...service.clusterIPs.map(address => record(reverseName(address), 'PTR', `${name}.`)),
      ...hostRecords,
    ]
  }
  return [
    ...unique(endpoints.map(({ address }) => record(name, addressType(address), address))),
    ...service.ports.flatMap(port => {
      const ready = port.endpoints.filter(isAnswering)
      const weight = Math.max(1, Math.floor(100 / Math.max(1, ready.length)))
      if (port.name === '') return []
      return unique(
        ready.map(endpoint =>
          record(portName(port, name), 'SRV', `0 ${weight} ${endpoint.port} ${endpointName(endpoint)}.${name}.`),
        ),
      )
    }),
    ...unique(hosts.map(({ endpoint, host }) => record(reverseName(endpoint.address), 'PTR', `${host}.`))),
    ...hostRecords,
  ]
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
