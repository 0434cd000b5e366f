// Who owns which fields of an object: reads and writes `metadata.managedFields`.
import { ApiError } from '../../objects/api-error.ts'
import type { ManagedFieldsEntry } from '../../objects/object.ts'
import { emptySet, equalSets, type FieldSet, isEmptySet, sortedSet, union } from './field-set.ts'
import { isMap } from './json.ts'

export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  /** '' for the object itself. */
  readonly subresource: string
}

export interface Ownership extends Manager {
  /** ISO 8601 with seconds, as the entry carries it. */
  readonly time: string | undefined
  readonly fields: FieldSet
  /** The entry this was read from, given back as it is when nothing about it changed. */
  readonly entry?: ManagedFieldsEntry
}

/** An applier has one set whatever version it applies with; updaters have one per version. */
export function isSameManager(left: Manager, right: Manager): boolean {
  return (
    left.name === right.name &&
    left.operation === right.operation &&
    left.subresource === right.subresource &&
    (left.operation === 'Apply' || left.apiVersion === right.apiVersion)
  )
}

/** Undefined when an entry is not in the FieldsV1 notation. */
export function readManagedFields(entries: readonly ManagedFieldsEntry[]): readonly Ownership[] | undefined {
  const result: Ownership[] = []
  for (const entry of entries) {
    const ownership = readEntry(entry)
    if (ownership === undefined) return undefined
    result.push(ownership)
  }
  return result
}

function readEntry(entry: ManagedFieldsEntry): Ownership | undefined {
  const { operation, fieldsType, fieldsV1 } = entry
  if ((operation !== 'Apply' && operation !== 'Update') || fieldsType !== 'FieldsV1') return undefined
  if (fieldsV1 !== undefined && !isFieldSet(fieldsV1)) return undefined
  return {
    name: entry.manager ?? '',
    operation,
    apiVersion: entry.apiVersion ?? '',
    subresource: entry.subresource ?? '',
    time: entry.time,
    fields: fieldsV1 ?? emptySet,
    entry,
  }
}

/** Sets that were checked once, or made here. Objects are immutable, so an answer stays true. */
const known = new WeakSet<object>()

function isFieldSet(value: object): value is FieldSet {
  if (known.has(value)) return true
  if (!isNode(value)) return false
  known.add(value)
  return true
}

function isNode(value: unknown): boolean {
  if (!isMap(value)) return false
  for (const key in value) {
    if (key !== '.' && !/^[fkvi]:/.test(key)) return false
    if (key.startsWith('k:') && !isKeyText(key.slice(2))) return false
    if (!isNode(value[key])) return false
  }
  return true
}

function isKeyText(text: string): boolean {
  try {
    return isMap(JSON.parse(text))
  } catch {
    return false
  }
}

/** The explicit reset: `managedFields: []` or `[{}]`. */
export function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  const [first] = entries ?? []
  return entries !== undefined && (first === undefined || (entries.length === 1 && Object.keys(first).length === 0))
}

/** More updaters than this are folded into one entry, oldest first, so that the list cannot grow without end. */
const maxUpdaters = 10

/** In upstream's order: Apply before Update, then by time, manager, version and subresource. */
export function writeManagedFields(ownerships: readonly Ownership[]): readonly ManagedFieldsEntry[] | undefined {
  const kept = foldOldest(ownerships.filter(ownership => !isEmptySet(ownership.fields))).sort(compareOwnerships)
  return kept.length === 0 ? undefined : kept.map(ownership => writeEntry(ownership))
}

function writeEntry(ownership: Ownership): ManagedFieldsEntry {
  const { name, operation, apiVersion, subresource, time, entry } = ownership
  if (entry !== undefined && entry.fieldsV1 === ownership.fields && entry.time === time) return entry
  const fieldsV1 = known.has(ownership.fields) ? ownership.fields : sortedSet(ownership.fields)
  known.add(fieldsV1)
  return {
    manager: name,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === '' ? {} : { subresource }),
  }
}

function foldOldest(ownerships: readonly Ownership[]): Ownership[] {
  const updaters = ownerships.filter(ownership => ownership.operation === 'Update')
  if (updaters.length <= maxUpdaters) return [...ownerships]
  const oldest = updaters.sort(compareOwnerships).slice(0, updaters.length - maxUpdaters + 1)
  const folded: Ownership[] = []
  for (const ownership of oldest) {
    const index = folded.findIndex(other => other.apiVersion === ownership.apiVersion)
    const fields = union(folded[index]?.fields ?? emptySet, ownership.fields)
    const { apiVersion, time } = ownership
    const ancient: Ownership = {
      name: 'ancient-changes',
      operation: 'Update',
      apiVersion,
      subresource: '',
      time,
      fields,
    }
    if (index === -1) folded.push(ancient)
    else folded[index] = ancient
  }
  return [...ownerships.filter(ownership => !oldest.includes(ownership)), ...folded]
}

function compareOwnerships(left: Ownership, right: Ownership): number {
  return (
    compareText(left.operation, right.operation) ||
    compareText(left.time ?? '', right.time ?? '') ||
    compareText(left.name, right.name) ||
    compareText(left.apiVersion, right.apiVersion) ||
    compareText(left.subresource, right.subresource)
  )
}

/** By code unit, never by locale: the order is the same on every machine. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

export function equalOwnerships(left: readonly Ownership[], right: readonly Ownership[]): boolean {
  const owning = right.filter(ownership => !isEmptySet(ownership.fields))
  const compared = left.filter(ownership => !isEmptySet(ownership.fields))
  if (owning.length !== compared.length) return false
  return compared.every(ours => {
    const theirs = owning.find(other => isSameManager(ours, other))
    return theirs !== undefined && ours.apiVersion === theirs.apiVersion && equalSets(ours.fields, theirs.fields)
  })
}

/** The default field manager of a request: its user agent up to the first slash, as `kubectl` of `kubectl/v1.32.0 (…)`. */
export function managerFromUserAgent(userAgent: string | undefined): string {
  const name = (userAgent ?? '').split('/')[0] ?? ''
  return name.replace(/[^\x20-\x7e]/g, '').slice(0, 128) || 'unknown'
}

/** Throws as upstream refuses an applied configuration that carries ownership itself. */
export function refuseManagedFields(entries: readonly ManagedFieldsEntry[] | undefined): void {
  if (entries === undefined || entries.length === 0) return
  throw new ApiError(400, 'BadRequest', 'metadata.managedFields must be nil')
}
