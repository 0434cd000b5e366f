// Which fields were added, changed or removed between two versions of an object?
import { sameJson } from '../../objects/same.ts'
import { type FieldSchema, isAlwaysPresent, isAtomicMap, schemaOfKey } from './field-schema.ts'
import { addPath, type FieldSet, type FieldSetBuilder } from './field-set.ts'
import { isMap, type JsonMap } from './json.ts'
import { fieldElement, indexEntries } from './path-element.ts'

export interface Comparison {
  /** Fields whose value is new or different. */
  readonly touched: FieldSet
  readonly removed: FieldSet
}

/** Cheap when little changed: equal values are left at once, and lists are taken apart only when they differ. */
export function compareFields(schema: FieldSchema | undefined, before: unknown, after: unknown): Comparison {
  const touched: FieldSetBuilder = {}
  const removed: FieldSetBuilder = {}
  const path: string[] = []
  visit(schema, before, after)
  return { touched, removed }

  function visit(schema: FieldSchema | undefined, before: unknown, after: unknown): void {
    if (before === after) return
    if (isMap(before) && isMap(after)) {
      if (!isAtomicMap(schema)) compareMaps(schema, before, after)
      else if (!sameJson(before, after)) addSelf(touched)
    } else if (Array.isArray(before) && Array.isArray(after)) compareLists(schema, before, after)
    else {
      // A value that takes the place of another is a change, not a removal; what stood inside the old one is gone.
      if (after === undefined) addSelf(removed)
      else addSelf(touched)
      collectInside(schema, before, removed)
      collectInside(schema, after, touched)
    }
  }

  function addSelf(into: FieldSetBuilder): void {
    if (path.length > 0) addPath(into, path)
  }

  function compareMaps(schema: FieldSchema | undefined, before: JsonMap, after: JsonMap): void {
    for (const key in after) {
      const value = after[key]
      const old = Object.hasOwn(before, key) ? before[key] : undefined
      if (old === value) continue
      path.push(fieldElement(key))
      // On creation Go's empty values count as present already, so they are not owned by whoever fills them.
      const isPresent = old === undefined && isAlwaysPresent(schema, path.length - 1, key)
      visit(schemaOfKey(schema, key), isPresent ? emptyLike(value) : old, value)
      path.pop()
    }
    for (const key in before) {
      if (Object.hasOwn(after, key)) continue
      path.push(fieldElement(key))
      collect(schemaOfKey(schema, key), before[key], removed)
      path.pop()
    }
  }

  function compareLists(schema: FieldSchema | undefined, before: readonly unknown[], after: readonly unknown[]): void {
    if (sameJson(before, after)) return
    const old = indexEntries(before, schema)
    const current = indexEntries(after, schema)
    // Lists without identities (atomic ones, and those with duplicates) change as one field.
    if (old === undefined || current === undefined) {
      addSelf(touched)
      return
    }
    for (const [element, entry] of current) {
      path.push(element)
      visit(schema?.items, old.get(element), entry)
      path.pop()
    }
    for (const [element, entry] of old) {
      if (current.has(element)) continue
      path.push(element)
      collect(schema?.items, entry, removed)
      path.pop()
    }
  }

  function collect(schema: FieldSchema | undefined, value: unknown, into: FieldSetBuilder): void {
    addSelf(into)
    collectInside(schema, value, into)
  }

  /** Everything inside a value that stands on one side only. */
  function collectInside(schema: FieldSchema | undefined, value: unknown, into: FieldSetBuilder): void {
    if (isMap(value)) {
      if (isAtomicMap(schema)) return
      for (const key in value) {
        path.push(fieldElement(key))
        collect(schemaOfKey(schema, key), value[key], into)
        path.pop()
      }
    } else if (Array.isArray(value)) {
      for (const [element, entry] of indexEntries(value, schema) ?? []) {
        path.push(element)
        collect(schema?.items, entry, into)
        path.pop()
      }
    }
  }
}

function emptyLike(value: unknown): unknown {
  return isMap(value) ? {} : Array.isArray(value) ? [] : undefined
}
