// Writes unbound.conf: which addresses a server listens on, which zones it answers itself, whom it asks for the rest.
import type { Address } from '../../net/address.ts'
import type { DnsRecord } from '../../network/dns-record.ts'
import { recordText } from './record-text.ts'

/** `static`: unknown names do not exist. `transparent`: they are asked for upstream. `redirect`: every name below answers alike. */
export type ZoneType = 'static' | 'transparent' | 'redirect'

export interface LocalZone {
  /** Lower case, without the final dot; empty for the root. */
  readonly name: string
  readonly type: ZoneType
}

export interface UnboundPlan {
  readonly listen: readonly Address[]
  readonly zones: readonly LocalZone[]
  /** Asked for everything that no zone answers; none: such names fail with SERVFAIL. */
  readonly forwarders: readonly Address[]
  /**
   * Zones whose aliases (CNAME) may lead back into this server's own data: Unbound follows an alias through its forwarders only,
   * so these zones are forwarded to the server itself.
   */
  readonly aliasZones: readonly string[]
  /** Directory of the instance; it holds the control socket and the records. */
  readonly directory: string
}

/** Names of the files in the instance's directory. */
export const files = { config: 'unbound.conf', records: 'records.conf', control: 'control.sock' } as const

export function compileConfig(plan: UnboundPlan): string {
  const server: string[] = [
    'username: ""',
    'chroot: ""',
    `directory: ${quote(plan.directory)}`,
    'pidfile: ""',
    'do-daemonize: no',
    'use-syslog: no',
    'logfile: ""',
    'verbosity: 0',
    'num-threads: 1',
    ...plan.listen.map(address => `interface: ${address}`),
    'access-control: 0.0.0.0/0 allow',
    'access-control: ::/0 allow',
    // No DNSSEC: the zones served here are not signed, and a lab has no root to validate from.
    'module-config: "iterator"',
    'msg-cache-size: 4m',
    'rrset-cache-size: 8m',
    'minimal-responses: yes',
    'rrset-roundrobin: yes',
    'edns-buffer-size: 1232',
    'qname-minimisation: no',
    'do-not-query-localhost: no',
    'unblock-lan-zones: yes',
    'insecure-lan-zones: yes',
    'hide-identity: yes',
    'hide-version: yes',
    // RFC 8767: an answer past its time is better than none while the upstream is gone.
    'prefetch: yes',
    'serve-expired: yes',
    'serve-expired-client-timeout: 1800',
    'serve-expired-reply-ttl: 5',
    `include: ${quote(`${plan.directory}/${files.records}`)}`,
  ]
  const forward = (zone: string, addresses: readonly string[], extra: readonly string[] = []) => [
    'forward-zone:',
    ...indent([`name: ${quote(`${zone}.`)}`, ...addresses.map(address => `forward-addr: ${address}`), ...extra]),
  ]
  const own = plan.listen[0]
  return [
    'server:',
    ...indent(server),
    'remote-control:',
    ...indent([
      'control-enable: yes',
      `control-interface: ${quote(`${plan.directory}/${files.control}`)}`,
      'control-use-cert: no',
    ]),
    ...(own === undefined ? [] : plan.aliasZones.flatMap(zone => forward(zone, [own], ['forward-no-cache: yes']))),
    ...(plan.forwarders.length === 0 ? [] : forward('', plan.forwarders)),
    '',
  ].join('\n')
}

/** The part that changes while the server runs: zones and their data, as a file to include below `server:`. */
export function compileRecords(zones: readonly LocalZone[], records: readonly DnsRecord[]): string {
  return [
    ...[...zones, ...zonesOf(records)].map(zone => `local-zone: ${quote(`${zone.name}.`)} ${zone.type}`),
    ...records.map(record => `local-data: ${singleQuote(recordText(servedRecord(record)))}`),
    '',
  ].join('\n')
}

/**
 * Zones that single records need, because Unbound reads zones from its file only: it follows an alias only out of a zone of type
 * redirect; a wildcard is such a zone too, and a name below a wildcard needs a zone of its own to keep its own answer.
 */
export function zonesOf(records: readonly DnsRecord[]): readonly LocalZone[] {
  const wildcards = new Set(records.filter(isWildcard).map(record => record.name.slice(2)))
  const zones = new Map<string, LocalZone>()
  for (const record of records) {
    const { name } = servedRecord(record)
    if (isWildcard(record) || record.type === 'CNAME') zones.set(name, { name, type: 'redirect' })
    else if (wildcards.size > 0 && !zones.has(name) && parentsOf(name).some(parent => wildcards.has(parent))) {
      zones.set(name, { name, type: 'static' })
    }
  }
  return [...zones.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** A wildcard's data stands at the top of its zone. */
export function servedRecord(record: DnsRecord): DnsRecord {
  return isWildcard(record) ? { ...record, name: record.name.slice(2) } : record
}

function isWildcard(record: DnsRecord): boolean {
  return record.name.startsWith('*.')
}

function parentsOf(name: string): string[] {
  const labels = name.split('.')
  return labels.slice(1).map((_, index) => labels.slice(index + 1).join('.'))
}

function indent(lines: readonly string[]): string[] {
  return lines.map(line => `  ${line}`)
}

function quote(text: string): string {
  if (/["\\\p{Cc}]/u.test(text)) throw new Error(`cannot be written in unbound.conf: ${JSON.stringify(text)}`)
  return `"${text}"`
}

/** TXT data holds double quotes, so record text stands in single ones. */
function singleQuote(text: string): string {
  if (/['\p{Cc}]/u.test(text)) throw new Error(`cannot be written in unbound.conf: ${JSON.stringify(text)}`)
  return `'${text}'`
}
