// What does an object look like after a strategic merge patch, which merges lists by the keys their schema names?
import { ApiError } from '../../objects/api-error.ts'
import { sameJson } from '../../objects/same.ts'
import { type FieldSchema, objectSchema, schemaOfKey, strategies } from './field-schema.ts'
import { getKey, isMap, type JsonMap, setKey } from './json.ts'
import { mergeKeyOf, orderElements } from './strategic-order.ts'

const deleteFromPrimitiveList = '$deleteFromPrimitiveList/'
const setElementOrder = '$setElementOrder/'

/** Throws `ApiError` (400, or 422 for an unknown directive) with upstream's wording. Built-in kinds only: see `refuseStrategic`. */
export function applyStrategicPatch(document: unknown, patch: unknown, schema: FieldSchema | undefined): unknown {
  if (!isMap(document) || !isMap(patch)) throw badRequest('invalid JSON document')
  return mergeMap(document, patch, objectSchema(schema))
}

/** Custom resources have no patch keys in their schema; upstream offers them the other three patch types only. */
export function refuseStrategic(): ApiError {
  const accepted = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml']
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`
  return new ApiError(415, 'UnsupportedMediaType', message)
}

function mergeMap(original: JsonMap, patch: JsonMap, schema: FieldSchema | undefined): JsonMap {
  const { $patch: directive, $retainKeys: retained, ...fields } = patch
  if (directive === 'replace') return cleaned(fields)
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge') throw unknownDirective(directive, 'map')

  const result: Record<string, unknown> = retained === undefined ? { ...original } : retain(original, fields, retained)
  for (const [key, change] of Object.entries(fields)) {
    if (key.startsWith(setElementOrder)) continue
    if (key.startsWith(deleteFromPrimitiveList)) {
      const name = key.slice(deleteFromPrimitiveList.length)
      const list = getKey(result, name)
      if (!Array.isArray(change)) throw badRequest('invalid patch format of primitive list')
      if (Array.isArray(list))
        setKey(
          result,
          name,
          list.filter(item => !change.some(gone => sameJson(gone, item))),
        )
    } else if (change === null) delete result[key]
    else setKey(result, key, mergeValue(getKey(result, key), change, schemaOfKey(schema, key)))
  }
  for (const [key, order] of Object.entries(fields)) {
    if (!key.startsWith(setElementOrder)) continue
    const name = key.slice(setElementOrder.length)
    if (!Array.isArray(order)) throw badRequest('invalid patch format of setElementOrder list')
    const merged = getKey(result, name)
    if (!Array.isArray(merged)) continue
    const live = getKey(original, name)
    const added = getKey(fields, name)
    const mergeKey = isMap(merged[0]) ? schemaOfKey(schema, name)?.['x-kubernetes-patch-merge-key'] : undefined
    const patched = Array.isArray(added) ? added : []
    checkOrder(patched, order, mergeKey)
    setKey(result, name, orderElements(merged, order, { live: Array.isArray(live) ? live : [], mergeKey }))
  }
  return result
}

function mergeValue(original: unknown, change: unknown, schema: FieldSchema | undefined): unknown {
  const strategy = strategies(schema)
  if (isMap(change)) {
    if (!isMap(original) || strategy.includes('replace')) return mergeMap({}, change, schema)
    return mergeMap(original, change, schema)
  }
  if (!Array.isArray(change)) return change
  if (!strategy.includes('merge')) return cleanedList(change)
  return mergeList(Array.isArray(original) ? original : [], change, schema)
}

function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  schema: FieldSchema | undefined,
): readonly unknown[] {
  const sample = patch[0] ?? original[0]
  if (sample === undefined) return original
  if (!isMap(sample)) {
    if (patch.some(item => isMap(item))) throw mixedList()
    const merged = [...original, ...patch.filter(item => !original.some(present => sameJson(present, item)))]
    return orderElements(unique(merged), patch, { live: original, mergeKey: undefined })
  }
  const mergeKey = schema?.['x-kubernetes-patch-merge-key'] ?? ''
  const additions: JsonMap[] = []
  let kept = original
  let replaces = false
  for (const item of patch) {
    if (!isMap(item)) throw mixedList()
    if (item.$patch === 'replace') replaces = true
    else if (item.$patch === 'delete') {
      const gone = mergeKeyOf(item, mergeKey)
      kept = kept.filter(element => !sameJson(mergeKeyOf(element, mergeKey), gone))
    } else if (item.$patch === undefined || item.$patch === 'merge') additions.push(item)
    else throw unknownDirective(item.$patch, 'list')
  }
  if (replaces) return additions.map(cleaned)
  const merged = [...kept]
  for (const item of additions) {
    const value = mergeKeyOf(item, mergeKey)
    const index = merged.findIndex(element => sameJson(mergeKeyOf(element, mergeKey), value))
    const old = merged[index]
    if (isMap(old)) merged[index] = mergeMap(old, item, schema?.items)
    else merged.push(mergeMap({}, item, schema?.items))
  }
  return orderElements(merged, additions, { live: original, mergeKey })
}

function retain(original: JsonMap, fields: JsonMap, retained: unknown): Record<string, unknown> {
  const problem = 'invalid patch format of retainKeys'
  if (!Array.isArray(retained)) throw badRequest(problem)
  const keys = new Set<unknown>(retained)
  for (const [key, value] of Object.entries(fields)) {
    if (value !== null && !key.startsWith('$') && !keys.has(key)) throw badRequest(problem)
  }
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.has(key)))
}

/** The listed order must hold every element that the patch sets, in the same order. */
function checkOrder(patched: readonly unknown[], order: readonly unknown[], mergeKey: string | undefined): void {
  const set = patched.filter(item => !isMap(item) || item.$patch === undefined)
  if (set.length === 0 || order.length === 0) return
  let next = 0
  for (const element of order) {
    const item = set[next]
    if (item !== undefined && sameJson(mergeKeyOf(item, mergeKey), mergeKeyOf(element, mergeKey))) next++
  }
  if (next < set.length) {
    const [list, wanted] = [JSON.stringify(set), JSON.stringify(order)]
    throw badRequest(`The order in patch list:\n${list}\n doesn't match $setElementOrder list:\n${wanted}\n`)
  }
}

/** A value that is taken as it is: without nulls, which mean "no such field", and without directives. */
function cleaned(map: JsonMap): JsonMap {
  const result: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(map)) {
    const isDirective =
      key === '$patch' ||
      key === '$retainKeys' ||
      key.startsWith('$setElementOrder/') ||
      key.startsWith(deleteFromPrimitiveList)
    if (value === null || isDirective) continue
    setKey(result, key, isMap(value) ? cleaned(value) : Array.isArray(value) ? cleanedList(value) : value)
  }
  return result
}

function cleanedList(list: readonly unknown[]): readonly unknown[] {
  return list
    .filter(item => !isMap(item) || item.$patch === undefined)
    .map(item => (isMap(item) ? cleaned(item) : item))
}

function unique(list: readonly unknown[]): readonly unknown[] {
  return list.filter((item, index) => list.findIndex(other => sameJson(other, item)) === index)
}

function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

function mixedList(): ApiError {
  return badRequest('list element types are not identical: a list is either of maps or of scalars')
}

function unknownDirective(directive: unknown, where: 'map' | 'list'): ApiError {
  const message = 'the server rejected our request due to an error in our request'
  const causes = [
    { reason: 'FieldValueInvalid', field: '$patch', message: `unknown patch type [${String(directive)}] in ${where}` },
  ]
  return new ApiError(422, 'Invalid', message, { details: { causes } })
}
