// What the patch algorithms need to know of JSON values: maps, equality, and setting a key safely.

export type JsonMap = Readonly<Record<string, unknown>>

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Deep equality of JSON values; maps are equal whatever the order of their keys. */
export function equalJson(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false
    for (let index = 0; index < left.length; index++) if (!equalJson(left[index], right[index])) return false
    return true
  }
  if (Array.isArray(right)) return false
  const leftMap: JsonMap = left as JsonMap
  const rightMap: JsonMap = right as JsonMap
  let count = 0
  for (const key in leftMap) {
    count++
    if (!equalJson(leftMap[key], rightMap[key]) || !Object.hasOwn(rightMap, key)) return false
  }
  for (const _ in rightMap) count--
  return count === 0
}

/** Sets a key of a map that is being built. A key named `__proto__` stays data and never becomes the prototype. */
export function setKey(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
  } else map[key] = value
}

export function getKey(map: JsonMap, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

export function withoutKey(map: JsonMap, key: string): JsonMap {
  const { [key]: _removed, ...rest } = map
  return rest
}
