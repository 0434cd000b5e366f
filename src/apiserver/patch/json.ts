// What the patch algorithms need to know of JSON values: maps, and how a key is set safely.

export type JsonMap = Readonly<Record<string, unknown>>

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
