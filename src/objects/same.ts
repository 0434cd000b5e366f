// Whether two JSON values are equal; the order of keys and absent fields do not matter. The one place that decides it.

export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    for (let index = 0; index < a.length; index++) if (!sameJson(a[index], b[index])) return false
    return true
  }
  if (Array.isArray(b)) return false
  const [left, right] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>]
  let count = 0
  for (const key in left) {
    const value = left[key]
    // JSON knows no undefined: such a field is not there.
    if (value === undefined) continue
    // A key such as `constructor` must not be found on what every object inherits.
    if (!Object.hasOwn(right, key) || !sameJson(value, right[key])) return false
    count++
  }
  for (const key in right) if (right[key] !== undefined) count--
  return count === 0
}
