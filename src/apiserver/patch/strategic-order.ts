// In which order do the elements of a merged list stand: those of the patch, and those only the server knows?
import { ApiError } from '../../objects/api-error.ts'
import { sameJson } from '../../objects/same.ts'
import { isMap } from './json.ts'

/** What identifies an element: its merge key in a list of maps, itself in a list of scalars. */
export function mergeKeyOf(element: unknown, mergeKey: string | undefined): unknown {
  if (mergeKey === undefined) return element
  const value = isMap(element) ? element[mergeKey] : undefined
  if (value === undefined) {
    const shown = JSON.stringify(element)
    throw new ApiError(400, 'BadRequest', `map: ${shown} does not contain declared merge key: ${mergeKey}`)
  }
  return value
}

/**
 * Elements that `wanted` names come in its order, the others in the order of the live list. Where both meet, an element
 * of `wanted` goes first only when it stood before the other in the live list too.
 */
export function orderElements(
  elements: readonly unknown[],
  wanted: readonly unknown[],
  { live, mergeKey }: { readonly live: readonly unknown[]; readonly mergeKey: string | undefined },
): readonly unknown[] {
  const place = (element: unknown, list: readonly unknown[]) => {
    const key = mergeKeyOf(element, mergeKey)
    return list.findIndex(other => sameJson(mergeKeyOf(other, mergeKey), key))
  }
  const placed = elements.map(element => ({ element, inWanted: place(element, wanted), inLive: place(element, live) }))
  const named = placed.filter(item => item.inWanted >= 0).sort((a, b) => a.inWanted - b.inWanted)
  const others = placed.filter(item => item.inWanted < 0).sort((a, b) => a.inLive - b.inLive)
  const result: unknown[] = []
  let next = 0
  for (const item of named) {
    let other = others[next]
    while (other !== undefined && !(item.inLive >= 0 && other.inLive >= 0 && item.inLive < other.inLive)) {
      result.push(other.element)
      other = others[++next]
    }
    result.push(item.element)
  }
  for (const other of others.slice(next)) result.push(other.element)
  return result
}
