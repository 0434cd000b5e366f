// Which addresses does a name have for a client, who answers, and out of which object does the answer come?
import { type Address, familyOf, parseAddress } from '../../net/address.ts'
import type { DnsRecord } from '../../network/dns-record.ts'
import { lanRecords } from '../../network/lan-records.ts'
import { dnsRecords } from '../../network/resolve/dns-records.ts'
import type { Client } from './place.ts'
import type { TraceWorld } from './world.ts'

export interface NameServer {
  readonly text: string
  readonly address: Address | undefined
  /** It answers for the cluster's zone, and asks the LAN's resolver for everything else. */
  readonly knowsCluster: boolean
}

export type NameAnswer =
  | {
      readonly kind: 'found'
      /** With the search domain that led to it. */
      readonly name: string
      readonly addresses: readonly Address[]
      readonly server: NameServer
      /** Names on the way, for aliases. */
      readonly aliases: readonly string[]
    }
  | { readonly kind: 'missing'; readonly name: string; readonly server: NameServer }
  /** A name of the world outside, or one whose target is. */
  | { readonly kind: 'outside'; readonly name: string; readonly server: NameServer }
  /** It is not known where this client asks. */
  | { readonly kind: 'unclear'; readonly why: string }

interface Resolver {
  readonly server: NameServer
  readonly searches: readonly string[]
  readonly ndots: number
}

const mostAliases = 8

export function resolveName(host: string, client: Client, world: TraceWorld): NameAnswer {
  const resolver = resolverOf(client, world)
  if (typeof resolver === 'string') return { kind: 'unclear', why: resolver }
  const { server } = resolver
  const isInside = client.kind !== 'internet'
  for (const candidate of candidatesFor(host, resolver)) {
    const found = isInside ? follow(candidate, { resolver, world }) : undefined
    if (found !== undefined) return { ...found, server }
  }
  const plain = host.replace(/\.$/, '')
  return isForeign(plain, world) ? { kind: 'outside', name: plain, server } : { kind: 'missing', name: plain, server }
}

interface Look {
  readonly resolver: Resolver
  readonly world: TraceWorld
}

type Found =
  | Omit<Extract<NameAnswer, { kind: 'found' }>, 'server'>
  | Omit<Extract<NameAnswer, { kind: 'outside' }>, 'server'>

function follow(start: string, { resolver, world }: Look): Found | undefined {
  const aliases: string[] = []
  let name = start
  for (let step = 0; step < mostAliases; step++) {
    const records = recordsOf(name, { resolver, world })
    const alias = records.find(({ type }) => type === 'CNAME')
    if (alias === undefined) {
      const addresses = records.flatMap(({ type, data }) =>
        type === 'A' || type === 'AAAA' ? (parseAddress(data) ?? []) : [],
      )
      if (addresses.length > 0) return { kind: 'found', name: start, addresses: byFamily(addresses), aliases }
      return aliases.length > 0 && isForeign(name, world) ? { kind: 'outside', name } : undefined
    }
    name = alias.data.replace(/\.$/, '')
    aliases.push(name)
  }
  return undefined
}

/** IPv4 first, as most clients without IPv6 routes end up with it. */
function byFamily(addresses: readonly Address[]): readonly Address[] {
  return [...addresses].sort((a, b) => familyOf(a) - familyOf(b))
}

function recordsOf(name: string, { resolver, world }: Look): readonly DnsRecord[] {
  const zone = world.site.dns.zone
  if (name === zone || name.endsWith(`.${zone}`)) {
    return resolver.server.knowsCluster ? (zonesOf(world).cluster.get(name) ?? []) : []
  }
  return zonesOf(world).lan.get(name) ?? []
}

interface Zones {
  readonly cluster: ReadonlyMap<string, readonly DnsRecord[]>
  readonly lan: ReadonlyMap<string, readonly DnsRecord[]>
}

const remembered = new WeakMap<TraceWorld, Zones>()

function zonesOf(world: TraceWorld): Zones {
  const known = remembered.get(world)
  if (known !== undefined) return known
  const { site, network, services, ingresses } = world
  const { zone, ttlSeconds } = site.dns
  const machines = [...site.nodes, ...site.lan.hosts, { name: 'router', addresses: site.lan.gateways }]
  const zones = {
    cluster: Map.groupBy(dnsRecords(network, { zone, ttlSeconds }), ({ name }) => name),
    lan: Map.groupBy(lanRecords({ domain: site.domain, machines, ingresses, services }), ({ name }) => name),
  }
  remembered.set(world, zones)
  return zones
}

/** Every name that the LAN's name server knows, to find what was meant. */
export function lanNames(world: TraceWorld): Iterable<string> {
  return zonesOf(world).lan.keys()
}

/** Neither of the cluster nor of the site: the world's. */
function isForeign(name: string, { site }: TraceWorld): boolean {
  const isBelow = (domain: string) => name === domain || name.endsWith(`.${domain}`)
  return name.includes('.') && !isBelow(site.dns.zone) && !isBelow(site.domain)
}

/** In the order in which a resolver asks for them (resolv.conf(5)). */
function candidatesFor(host: string, { searches, ndots }: Resolver): readonly string[] {
  const name = host.toLowerCase()
  if (name.endsWith('.')) return [name.slice(0, -1)]
  const searched = searches.map(domain => `${name}.${domain}`)
  return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name]
}

/** Why not, when the client's resolver is of its own making. */
function resolverOf(client: Client, world: TraceWorld): Resolver | string {
  const { site } = world
  const onLan: Resolver = {
    server: { text: "the LAN's name server on router", address: site.lan.gateways[0], knowsCluster: false },
    searches: [site.domain],
    ndots: 1,
  }
  if (client.kind === 'internet') {
    return {
      ...onLan,
      server: { text: "the internet's name server", address: undefined, knowsCluster: false },
      searches: [],
    }
  }
  if (client.pod === undefined) return onLan
  const spec = world.pods.get(client.pod.key)?.spec
  const policy = spec?.dnsPolicy ?? 'ClusterFirst'
  if (policy === 'None') return `pod ${client.name} has a resolver of its own (dnsPolicy None)`
  if (policy === 'Default' || (policy === 'ClusterFirst' && client.pod.hostNetwork)) return onLan
  const { zone, addresses } = site.dns
  const ndots = Number(spec?.dnsConfig?.options?.find(({ name }) => name === 'ndots')?.value ?? 5)
  return {
    server: { text: "the cluster's DNS", address: addresses[0], knowsCluster: true },
    searches: [
      ...new Set([
        ...[`${client.pod.namespace}.svc.${zone}`, `svc.${zone}`, zone, site.domain],
        ...(spec?.dnsConfig?.searches ?? []),
      ]),
    ],
    ndots: Number.isNaN(ndots) ? 5 : ndots,
  }
}
