// Which commands take a running Unbound from one set of records to another.
import type { DnsRecord } from '../../network/dns-record.ts'
import { servedRecord, zonesOf } from './compile.ts'
import { recordText } from './record-text.ts'

export type RecordChange =
  /** Names to empty, then records to add, over the control socket. */
  | { readonly kind: 'update'; readonly remove: readonly string[]; readonly add: readonly string[] }
  /** Aliases or wildcards changed: zones are only read from the file, so the server must read it again. */
  | { readonly kind: 'reload' }
  | { readonly kind: 'none' }

/**
 * Unbound removes all data of a name at once, so a name that loses a record is emptied and filled again;
 * a name that only gains records keeps answering all the while.
 */
export function diffRecords(before: readonly DnsRecord[], after: readonly DnsRecord[]): RecordChange {
  const [old, next] = [byName(before), byName(after)]
  const remove: string[] = []
  const add: string[] = []
  for (const [name, texts] of old) {
    const wanted = next.get(name)
    if (wanted === undefined || !isSubset(texts, wanted)) remove.push(name)
  }
  const emptied = new Set(remove)
  for (const [name, texts] of next) {
    const had = emptied.has(name) ? undefined : old.get(name)
    for (const text of texts) if (had === undefined || !had.has(text)) add.push(text)
  }
  if (remove.length === 0 && add.length === 0) return { kind: 'none' }
  return structure(before) === structure(after) ? { kind: 'update', remove, add } : { kind: 'reload' }
}

function byName(records: readonly DnsRecord[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>()
  for (const record of records.map(servedRecord)) {
    const texts = names.get(record.name)
    if (texts === undefined) names.set(record.name, new Set([recordText(record)]))
    else texts.add(recordText(record))
  }
  return names
}

function isSubset(part: ReadonlySet<string>, whole: ReadonlySet<string>): boolean {
  for (const text of part) if (!whole.has(text)) return false
  return true
}

/** What only the file can say. */
function structure(records: readonly DnsRecord[]): string {
  const aliases = records.filter(record => record.type === 'CNAME').map(recordText)
  return [...zonesOf(records).map(zone => `${zone.name} ${zone.type}`), ...aliases.sort()].join('\n')
}
