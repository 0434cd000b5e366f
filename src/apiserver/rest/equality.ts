// Whether two JSON values say the same; the order of an object's fields does not count.
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]))
  }
  if (Array.isArray(b)) return false
  const right = b as Readonly<Record<string, unknown>>
  let count = 0
  for (const [key, value] of Object.entries(a)) {
    // JSON knows no undefined: such a field is not there.
    if (value === undefined) continue
    if (!deepEqual(value, right[key])) return false
    count += 1
  }
  return count === Object.values(right).filter(value => value !== undefined).length
}
