// What is the smallest JSON merge patch (RFC 7386) that turns one object into another?
import { sameJson } from '../../objects/same.ts'

/** Undefined when nothing differs. Lists are replaced whole; a field missing from `after` is removed by null. */
export function mergeDiff(before: object, after: object): Record<string, unknown> | undefined {
  const patch: Record<string, unknown> = {}
  const old = new Map(Object.entries(before))
  for (const [key, value] of Object.entries(after)) {
    const held: unknown = old.get(key)
    old.delete(key)
    if (value === undefined) {
      if (held !== undefined) patch[key] = null
    } else if (isPlain(held) && isPlain(value)) {
      const inner = mergeDiff(held, value)
      if (inner !== undefined) patch[key] = inner
    } else if (!sameJson(held, value)) {
      patch[key] = value
    }
  }
  for (const [key, value] of old) if (value !== undefined) patch[key] = null
  return Object.keys(patch).length === 0 ? undefined : patch
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
