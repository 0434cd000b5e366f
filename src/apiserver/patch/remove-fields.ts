// What is left of an object when an applier no longer speaks of some fields and nobody else owns them?
import { extractFieldSet } from './extract-field-set.ts'
import { type FieldSchema, isAtomicMap, isDeclaredField, listShape, schemaOfKey } from './field-schema.ts'
import { difference, emptySet, type FieldSet, intersection, isEmptySet, isMember, union } from './field-set.ts'
import { isMap, type JsonMap, setKey } from './json.ts'
import { entryElement, fieldElement } from './path-element.ts'

interface Dropping {
  readonly schema: FieldSchema
  /** What the applier owned before this request. */
  readonly last: FieldSet
  /** What all managers own from now on, the applier included. */
  readonly owned: FieldSet
}

/**
 * Taking away a list entry would also take what others own inside it, and what nobody asked for. So the removal is
 * done on trial twice: what somebody owns is kept, then whatever the applier never owned is kept.
 */
export function dropUnowned(merged: unknown, { schema, last, owned }: Dropping): unknown {
  if (isEmptySet(difference(last, owned))) return merged
  const named = (set: FieldSet) => withStructs(schema, set)
  const allFields = named(extractFieldSet(schema, merged).fields)
  const lastFields = named(last)
  const remaining = (object: unknown) => named(extractFieldSet(schema, object).fields)

  const withoutLast = removeFields(schema, merged, lastFields)
  const unowned = difference(difference(allFields, remaining(withoutLast)), named(owned))
  const withoutUnowned = removeFields(schema, merged, unowned)
  const gone = intersection(difference(allFields, remaining(withoutUnowned)), lastFields)
  return removeFields(schema, merged, gone)
}

/** The set with every struct on the way to a field as a field of its own; keys of free maps and entries stay as they are. */
function withStructs(schema: FieldSchema | undefined, set: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = {}
  for (const element in set) {
    const node = set[element] ?? emptySet
    if (element === '.' || isEmptySet(node)) {
      result[element] = node
      continue
    }
    const name = element.slice(2)
    const isField = element.startsWith('f:')
    const inner = withStructs(isField ? schemaOfKey(schema, name) : schema?.items, node)
    result[element] = isField && isDeclaredField(schema, name) ? union(inner, { '.': emptySet }) : inner
  }
  return result
}

/** The object without the fields of the set; a container that becomes empty goes too. */
function removeFields(schema: FieldSchema | undefined, value: unknown, gone: FieldSet): unknown {
  if (isEmptySet(gone)) return value
  if (isMap(value)) return isAtomicMap(schema) ? value : removeKeys(schema, value, gone)
  const shape = listShape(schema)
  if (!Array.isArray(value) || shape.kind === 'atomic') return value
  const kept: unknown[] = []
  for (const entry of value) {
    const found = entryElement(entry, shape, schema?.items)
    const node = 'problem' in found ? undefined : gone[found.element]
    if (node !== undefined && isMember(node)) continue
    const rest = node === undefined ? entry : removeFields(schema?.items, entry, node)
    if (rest !== undefined) kept.push(rest)
  }
  return kept.length === 0 ? undefined : kept
}

function removeKeys(schema: FieldSchema | undefined, map: JsonMap, gone: FieldSet): JsonMap | undefined {
  const result: Record<string, unknown> = {}
  let count = 0
  for (const key in map) {
    const node = gone[fieldElement(key)]
    if (node !== undefined && isMember(node)) continue
    const rest = node === undefined ? map[key] : removeFields(schemaOfKey(schema, key), map[key], node)
    if (rest === undefined) continue
    setKey(result, key, rest)
    count++
  }
  return count === 0 ? undefined : result
}
