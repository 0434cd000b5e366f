// Which place in a document does a JSON pointer (RFC 6901) name, and what does the document look like after a change there?
import { getKey, isMap, setKey, withoutKey } from './json.ts'

/** The reference tokens of a pointer, unescaped. Undefined when the text is not a pointer. */
export function parsePointer(text: string): readonly string[] | undefined {
  if (text === '') return []
  if (!text.startsWith('/')) return undefined
  const tokens = text.slice(1).split('/')
  if (tokens.some(token => /~(?![01])/.test(token))) return undefined
  return tokens.map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The value at the place, or undefined: JSON has no undefined of its own. */
export function valueAt(document: unknown, pointer: readonly string[]): unknown {
  let value = document
  for (const token of pointer) {
    if (isMap(value)) value = getKey(value, token)
    else if (Array.isArray(value)) value = value[parseIndex(token, value.length - 1) ?? -1]
    else return undefined
  }
  return value
}

/** `insert` makes room in a list (`-` is its end); `replace` needs the place to exist already. */
export type Change = { readonly kind: 'insert' | 'replace'; readonly value: unknown } | { readonly kind: 'remove' }

/** The document after the change, sharing what did not change. Undefined when the place does not exist. */
export function changeAt(
  document: unknown,
  pointer: readonly string[],
  change: Change,
): { document: unknown } | undefined {
  const [token, ...rest] = pointer
  if (token === undefined) return { document: change.kind === 'remove' ? null : change.value }
  if (Array.isArray(document)) return changeList(document, token, { rest, change })
  if (!isMap(document)) return undefined
  if (rest.length > 0) {
    const child = getKey(document, token)
    const changed = child === undefined ? undefined : changeAt(child, rest, change)
    return changed === undefined ? undefined : { document: { ...document, [token]: changed.document } }
  }
  if (change.kind !== 'insert' && !Object.hasOwn(document, token)) return undefined
  if (change.kind === 'remove') return { document: withoutKey(document, token) }
  const copy = { ...document }
  setKey(copy, token, change.value)
  return { document: copy }
}

function changeList(
  list: readonly unknown[],
  token: string,
  { rest, change }: { readonly rest: readonly string[]; readonly change: Change },
): { document: unknown } | undefined {
  const inserts = rest.length === 0 && change.kind === 'insert'
  const index = inserts && token === '-' ? list.length : parseIndex(token, inserts ? list.length : list.length - 1)
  if (index === undefined) return undefined
  if (rest.length > 0) {
    const changed = changeAt(list[index], rest, change)
    return changed === undefined ? undefined : { document: list.with(index, changed.document) }
  }
  if (change.kind === 'remove') return { document: list.toSpliced(index, 1) }
  return { document: list.toSpliced(index, change.kind === 'insert' ? 0 : 1, change.value) }
}

/** RFC 6901 §4: no sign, no leading zero. */
function parseIndex(token: string, last: number): number | undefined {
  if (!/^(0|[1-9]\d{0,8})$/.test(token)) return undefined
  const index = Number(token)
  return index <= last ? index : undefined
}
