// The only place that writes nft syntax. Every word is ours; every value is checked once more on its way out.
import { type Address, type Family, familyOf, formatAddress } from '../../net/address.ts'
import type { Range } from '../../net/cidr.ts'
import type { Protocol } from '../../network/model.ts'
import type { Chain, ChainName, Element, Place, Rule, SetKind } from './ruleset.ts'
import { keepSourceBit } from './verdict.ts'

/** Holds everything that Fairway programs for Services; nothing else on the node is touched. */
export const tableName = 'fairway-services'
const table = `inet ${tableName}`

/** How many clients of sticky Services are remembered per family; beyond that they are spread like others. */
const mostClients = 262_144

export function newTable(): string {
  // Deleting needs a table that is there. In one transaction the old rules stay in force until the new ones are.
  return `add table ${table}\ndelete table ${table}\nadd table ${table}\n`
}

export function removedTable(): string {
  return `add table ${table}\ndelete table ${table}\n`
}

export function newSets(family: Family): string {
  const address = family === 4 ? 'ipv4_addr' : 'ipv6_addr'
  const place = `${address} . inet_proto . inet_service`
  const intervals = `type ${address}; flags interval;`
  const bodies: Readonly<Record<SetKind, readonly ['map' | 'set', string]>> = {
    frontends: ['map', `type ${place} : verdict;`],
    backends: ['map', `type ${place} . mark : ${address} . inet_service;`],
    tickets: ['map', `type ${place} . mark : mark;`],
    clients: ['map', `type ${clientKey(family).type} : mark; flags dynamic,timeout; size ${mostClients};`],
    allowed: ['set', `type ${place} . ${address}; flags interval;`],
    inside: ['set', intervals],
    local: ['set', intervals],
    'pod-sources': ['set', intervals],
    near: ['set', intervals],
    'service-ranges': ['set', intervals],
    virtual: ['set', `type ${address};`],
    hairpin: ['set', `type ${address} . ${address};`],
  }
  return Object.entries(bodies)
    .map(([kind, [word, body]]) => `add ${word} ${table} ${kind}${family} { ${body} }\n`)
    .join('')
}

const hooks = {
  prerouting: 'type nat hook prerouting priority -100; policy accept;',
  output: 'type nat hook output priority -100; policy accept;',
  postrouting: 'type nat hook postrouting priority 100; policy accept;',
} as const

/** All chains first, then their rules: a rule may lead to any of them. */
export function newChains(chains: readonly Chain[]): string {
  const made = chains.map(
    ({ name, hook }) => `add chain ${table} ${word(name)}${hook === undefined ? '' : ` { ${hooks[hook]} }`}\n`,
  )
  const rules = chains.flatMap(({ name, rules }) =>
    rules.map(({ family, rule }) => `add rule ${table} ${word(name)} ${ruleText(rule, family)}\n`),
  )
  return made.concat(rules).join('')
}

function ruleText(rule: Rule, family: Family): string {
  const ip = family === 4 ? 'ip' : 'ip6'
  const place = `${ip} daddr . meta l4proto . th dport`
  const client = clientKey(family).expression
  const named = (kind: SetKind) => `@${kind}${family}`
  const forward = `dnat ${ip} to ${place} . meta mark map ${named('backends')}`
  switch (rule.kind) {
    case 'dispatch':
      return `${place} vmap ${named('frontends')}`
    case 'refuse-rest':
      return `${ip} daddr ${named(rule.set)} meta l4proto { tcp, udp, sctp } goto refuse`
    case 'draw':
      return `meta mark set numgen random mod ${integer(rule.count, 1, 0xffff)} offset ${integer(rule.base, 0, 0xffff_ffff)}`
    case 'number':
      return `meta mark set ${integer(rule.number, 0, 0xffff_ffff)}`
    case 'forward':
      return forward
    case 'fingerprint':
      return 'ct mark set jhash ip6 saddr . ip6 daddr mod 4294967295 seed 0x66770001'
    case 'recall':
      return `meta mark set ${client} map ${named('clients')}`
    case 'renew':
      return `meta mark != 0 update ${named('clients')} { ${client} timeout ${seconds(rule.seconds)} : meta mark }`
    case 'forward-known':
      return `meta mark != 0 ${forward}`
    case 'forget':
      return `meta mark != 0 delete ${named('clients')} { ${client} : meta mark }`
    case 'ticket':
      return `meta mark set ${place} . meta mark map ${named('tickets')}`
    case 'remember':
      return `update ${named('clients')} { ${client} timeout ${seconds(rule.seconds)} : meta mark }`
    case 'inside-goto':
      return `${ip} saddr ${named('inside')} goto ${word(rule.chain)}`
    case 'own-goto':
      return `fib saddr type local goto ${word(rule.chain)}`
    case 'allowed-goto':
      return `${place} . ${ip} saddr ${named('allowed')} goto ${word(rule.chain)}`
    case 'goto':
      return `goto ${word(rule.chain)}`
    case 'reset':
      return 'meta l4proto tcp reject with tcp reset'
    case 'unreachable':
      return 'reject with icmpx type port-unreachable'
    case 'drop':
      return 'drop'
    case 'source-hairpin':
      return `ct status dnat ${ip} saddr . ${ip} daddr ${named('hairpin')} ${sourceNat(rule.to, family)}`
    case 'source-foreign':
      return `ct status dnat meta mark & ${keepSourceBit} == 0 ${ip} saddr != ${named('local')} ${sourceNat(rule.to, family)}`
    case 'masquerade':
      return `${ip} saddr ${named('pod-sources')} ${ip} daddr != ${named('near')} masquerade`
  }
}

/**
 * By what a client of a sticky Service is remembered. nft 1.0.6 aborts, and whoever runs it with it, when a rule writes to a map
 * whose key is longer than 16 bytes. So two IPv6 addresses stand there as their hash: clients with the same hash share a
 * backend, and no packet goes to a Service that it was not sent to, as a ticket of another Service leads nowhere.
 */
function clientKey(family: Family): { readonly type: string; readonly expression: string } {
  return family === 4
    ? {
        type: 'ipv4_addr . ipv4_addr . inet_proto . inet_service',
        expression: 'ip saddr . ip daddr . meta l4proto . th dport',
      }
    : { type: 'mark . inet_proto . inet_service', expression: 'ct mark . meta l4proto . th dport' }
}

/** A node's primary address by name: `masquerade` could pick a load-balancer address that stands on lo. */
function sourceNat(to: Address | undefined, family: Family): string {
  const ip = family === 4 ? 'ip' : 'ip6'
  return to === undefined ? `meta nfproto ipv${family} masquerade` : `snat ${ip} to ${host(to)}`
}

/** Key and value as they stand between braces. An element of a plain set has no value. */
export interface ElementText {
  readonly set: string
  readonly key: string
  readonly value?: string
}

export function elementText(element: Element): ElementText {
  switch (element.set) {
    case 'frontends':
      return { ...keyed(element, ''), value: `goto ${word(element.chain)}` }
    case 'backends': {
      const { address, port } = element.backend
      return {
        ...keyed(element, ` . ${integer(element.number, 0, 0xffff_ffff)}`),
        value: `${host(address)} . ${portNumber(port)}`,
      }
    }
    case 'tickets':
      return {
        ...keyed(element, ` . ${integer(element.number, 0, 0xffff_ffff)}`),
        value: String(integer(element.ticket, 0, 0xffff_ffff)),
      }
    case 'allowed':
      return keyed(element, ` . ${rangeText(element.range)}`)
    case 'virtual':
      return { set: `virtual${familyOf(element.address)}`, key: host(element.address) }
    case 'hairpin':
      return { set: `hairpin${familyOf(element.address)}`, key: `${host(element.address)} . ${host(element.address)}` }
    default:
      return { set: `${element.set}${element.range.family}`, key: rangeText(element.range) }
  }
}

function keyed({ set, place }: { readonly set: SetKind; readonly place: Place }, rest: string): ElementText {
  const { address, protocol, port } = place
  return {
    set: `${set}${familyOf(address)}`,
    key: `${host(address)} . ${protocolWords[protocol]} . ${portNumber(port)}${rest}`,
  }
}

const protocolWords: Readonly<Record<Protocol, string>> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' }

export function addElements(set: string, elements: readonly ElementText[]): string {
  const items = elements.map(({ key, value }) => (value === undefined ? key : `${key} : ${value}`))
  return items.length === 0 ? '' : `add element ${table} ${word(set)} { ${items.join(', ')} }\n`
}

export function deleteElements(set: string, elements: readonly ElementText[]): string {
  return elements.length === 0
    ? ''
    : `delete element ${table} ${word(set)} { ${elements.map(({ key }) => key).join(', ')} }\n`
}

export function flushSet(set: string): string {
  return `flush set ${table} ${word(set)}\n`
}

function word(text: string | ChainName): string {
  if (!/^[a-z][a-z0-9-]{0,127}$/.test(text)) throw new Error(`not a name for nft: ${JSON.stringify(text)}`)
  return text
}

function host(address: Address): string {
  if (!/^[0-9a-f.:]{2,39}$/.test(address)) throw new Error(`not an address for nft: ${JSON.stringify(address)}`)
  return address
}

function rangeText({ family, first, last }: Range): string {
  const start = host(formatAddress(family, first))
  return first === last ? start : `${start}-${host(formatAddress(family, last))}`
}

function portNumber(port: number): number {
  return integer(port, 1, 65_535)
}

function seconds(count: number): string {
  return `${integer(count, 1, 86_400)}s`
}

function integer(value: number, least: number, most: number): number {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`not a number for nft: ${value}; it must be an integer from ${least} to ${most}`)
  }
  return value
}
