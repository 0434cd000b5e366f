// The text of a DNS record in a zone file; nothing that cannot be written safely gets through.
import type { DnsRecord } from '../../network/dns-record.ts'

/** `name. ttl IN type data`. Throws for text that would end the record or begin another. */
export function recordText(record: DnsRecord): string {
  const data = record.type === 'TXT' ? `"${record.data}"` : record.data
  if (!/^[A-Za-z0-9_*.-]*$/.test(record.name)) throw new Error(`not a DNS name: ${JSON.stringify(record.name)}`)
  const allowed = record.type === 'TXT' ? /^"[\w .:/=+-]*"$/ : /^[A-Za-z0-9_.: -]+$/
  if (!allowed.test(data)) throw new Error(`not ${record.type} data: ${JSON.stringify(record.data)}`)
  return `${record.name}. ${Math.trunc(record.ttlSeconds)} IN ${record.type} ${data}`
}

/** True for a record that `recordText` can write; others are left out, and said so, by whoever collects them. */
export function isServable(record: DnsRecord): boolean {
  const name = /^(?=.{1,253}$)([A-Za-z0-9_*-]{1,63}\.)*[A-Za-z0-9_*-]{1,63}$/
  if (!name.test(record.name)) return false
  return record.type === 'CNAME' || record.type === 'PTR' ? name.test(record.data.replace(/\.$/, '')) : true
}
