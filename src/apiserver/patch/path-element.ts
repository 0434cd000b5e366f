// How is one step of a path to a field written in FieldsV1, and how in a message to people?
import { type FieldSchema, keyDefault, type ListShape, listShape } from './field-schema.ts'
import { isMap, type JsonMap } from './json.ts'

export function fieldElement(name: string): string {
  return `f:${name}`
}

/** The element for one entry of an associative list; a problem's text when the entry cannot be identified. */
export function entryElement(
  entry: unknown,
  shape: Exclude<ListShape, { readonly kind: 'atomic' }>,
  items: FieldSchema | undefined,
): { readonly element: string } | { readonly problem: string } {
  if (shape.kind === 'set') {
    if (entry === null || typeof entry === 'object') return { problem: 'set element is not a scalar' }
    return { element: `v:${JSON.stringify(entry)}` }
  }
  if (!isMap(entry)) return { problem: 'associative list with keys may not have non-map elements' }
  const element = keyElement(entry, shape.keys, items)
  if (element !== undefined) return { element }
  const keys = shape.keys.map(key => JSON.stringify(key)).join(', ')
  return {
    problem: `associative list with keys has an element that omits key field ${keys} (and doesn't have default value)`,
  }
}

function keyElement(entry: JsonMap, keys: readonly string[], items: FieldSchema | undefined): string | undefined {
  if (keys.length === 1) {
    // By far the most frequent case, on the path of every status update.
    const [key = ''] = keys
    const value = entry[key] ?? keyDefault(items, key)
    return value === undefined || value === null ? undefined : `k:{${JSON.stringify(key)}:${JSON.stringify(value)}}`
  }
  const parts: string[] = []
  for (const key of [...keys].sort()) {
    const value = entry[key] ?? keyDefault(items, key)
    if (value !== undefined && value !== null) parts.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`)
  }
  return parts.length === 0 ? undefined : `k:{${parts.join(',')}}`
}

/** Entries of an associative list by their elements. Entries that have no identity, or share one, are left out. */
export function indexEntries(
  list: readonly unknown[],
  schema: FieldSchema | undefined,
): ReadonlyMap<string, unknown> | undefined {
  const shape = listShape(schema)
  const index = new Map<string, unknown>()
  if (shape.kind === 'atomic') return undefined
  for (const entry of list) {
    const found = entryElement(entry, shape, schema?.items)
    if ('problem' in found || index.has(found.element)) return undefined
    index.set(found.element, entry)
  }
  return index
}

/** `.spec.containers[name="web"].image`, as upstream prints a path in a conflict. */
export function printPath(path: readonly string[]): string {
  return path.map(printElement).join('')
}

function printElement(element: string): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('i:')) return `[${rest}]`
  if (element.startsWith('v:')) return `[=${rest}]`
  const keys: unknown = JSON.parse(rest)
  if (!isMap(keys)) return `[${rest}]`
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',')}]`
}
