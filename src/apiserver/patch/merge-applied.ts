// What does an object look like with an applied configuration laid over it?
import { sameJson } from '../../objects/same.ts'
import { type FieldSchema, isAtomicMap, schemaOfKey } from './field-schema.ts'
import { getKey, isMap, type JsonMap, setKey } from './json.ts'
import { indexEntries } from './path-element.ts'

/** Maps and associative lists are merged, everything else is replaced; a null takes the field away. Shares what stays equal. */
export function mergeApplied(schema: FieldSchema | undefined, live: unknown, applied: unknown): unknown {
  if (live !== undefined && sameJson(live, applied)) return live
  if (isMap(applied)) {
    const isMerged = isMap(live) && !isAtomicMap(schema)
    return mergeMaps(schema, isMerged ? live : {}, applied)
  }
  if (Array.isArray(applied)) {
    const ours = Array.isArray(live) ? indexEntries(live, schema) : undefined
    const theirs = ours === undefined ? undefined : indexEntries(applied, schema)
    if (ours !== undefined && theirs !== undefined) return mergeLists(schema, ours, theirs)
    return applied.map(entry => mergeApplied(schema?.items, undefined, entry))
  }
  return applied
}

function mergeMaps(schema: FieldSchema | undefined, live: JsonMap, applied: JsonMap): JsonMap {
  const result: Record<string, unknown> = { ...live }
  for (const key in applied) {
    const value = applied[key]
    if (value === null) delete result[key]
    else setKey(result, key, mergeApplied(schemaOfKey(schema, key), getKey(live, key), value))
  }
  return result
}

/**
 * The applied order holds for the entries that are applied. Entries only the server knows stay behind the neighbour
 * they had, and come before entries that are new at the same place.
 */
function mergeLists(
  schema: FieldSchema | undefined,
  live: ReadonlyMap<string, unknown>,
  applied: ReadonlyMap<string, unknown>,
): readonly unknown[] {
  const result: unknown[] = []
  const standing = [...live.keys()]
  const shared = [...applied.keys()].filter(element => live.has(element))
  let at = 0
  let dueIndex = 0
  for (const [element, entry] of applied) {
    for (let name = standing[at]; name !== undefined && name !== shared[dueIndex]; name = standing[++at]) {
      if (!applied.has(name)) result.push(live.get(name))
    }
    result.push(mergeApplied(schema?.items, live.get(element), entry))
    if (element === shared[dueIndex]) {
      if (standing[at] === element) at++
      dueIndex++
    }
  }
  for (const name of standing.slice(at)) if (!applied.has(name)) result.push(live.get(name))
  return result
}
