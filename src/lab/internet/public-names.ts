// Which names the lab's internet answers: everything below the usual top-level domains, all with one address.
import type { LocalZone } from '../../dataplane/unbound/compile.ts'
import { type Address, familyOf } from '../../net/address.ts'
import type { DnsRecord } from '../../network/dns-record.ts'

/** A name below one of these exists; any other does not, so that a typing error looks like one. */
const topLevelDomains = [
  'ai', 'app', 'at', 'au', 'be', 'biz', 'br', 'ca', 'ch', 'cloud', 'cn', 'co', 'com', 'cz', 'de', 'dev', 'dk', 'edu', 'es', 'eu', 'fi', 'fr',
  'gov', 'home', 'ie', 'in', 'info', 'io', 'it', 'jp', 'me', 'net', 'nl', 'no', 'nz', 'online', 'org', 'page', 'pl', 'pt', 'ru', 'se', 'sh',
  'site', 'tech', 'tv', 'uk', 'us', 'xyz', 'zone',
] // biome-ignore format: a list of words reads better as words

/** The site's own domain is left out: the world knows nothing of it until a tunnel publishes it. */
export function publicZones(domain: string): readonly LocalZone[] {
  return [
    { name: '', type: 'static' },
    { name: domain, type: 'static' },
    ...topLevelDomains.map((name): LocalZone => ({ name, type: 'redirect' })),
  ]
}

export function publicRecords(server: Address): readonly DnsRecord[] {
  const type = familyOf(server) === 4 ? 'A' : 'AAAA'
  return topLevelDomains.map(name => ({ name, type, ttlSeconds: 300, data: server }))
}
