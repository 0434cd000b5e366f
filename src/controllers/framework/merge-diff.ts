// What is the smallest JSON merge patch (RFC 7386) that turns one object into another?

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
    } else if (!isEqual(held, value)) {
      patch[key] = value
    }
  }
  for (const [key, value] of old) if (value !== undefined) patch[key] = null
  return Object.keys(patch).length === 0 ? undefined : patch
}

/** Equal as JSON: key order and undefined fields do not count. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index]))
  }
  if (!isPlain(a) || !isPlain(b)) return false
  const [left, right] = [fieldsOf(a), fieldsOf(b)]
  if (left.length !== right.length) return false
  const others = new Map(right)
  return left.every(([key, value]) => others.has(key) && isEqual(value, others.get(key)))
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fieldsOf(value: object): [string, unknown][] {
  return Object.entries(value).filter(([, field]) => field !== undefined)
}
