// Reads any YAML with the `yaml` package: values as kubectl resolves them, every mistake, and where each field stands.
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  Parser,
  Scalar,
} from 'yaml'
import { resolvePlain } from './resolve-plain.ts'

export interface Place {
  readonly line: number
  readonly column: number
}

export interface YamlMistake {
  readonly kind: 'syntax' | 'duplicate-key' | 'alias'
  readonly message: string
  readonly place: Place
  /** Where the first of two equal keys stands. */
  readonly earlier?: Place
}

export interface FullResult {
  readonly value: unknown
  readonly mistakes: readonly YamlMistake[]
  /** The place of a field's value (of its key, when the value is a map or list), or of the nearest part that exists. */
  placeOf(path: readonly (string | number)[], part?: 'key' | 'value'): Place
}

/** Values that aliases may stand for in one document, counted as if written out: a manifest needs a handful. */
const mostAliasedValues = 20_000
const deepest = 200

/** Reads one document without its `---` line. */
export function readFullYaml(text: string): FullResult {
  const lines = new LineCounter()
  const parser = new Parser(lines.addNewLine)
  // Plain scalars are resolved here and keys compared here, so the schema is the one that resolves nothing.
  const composer = new Composer({
    schema: 'failsafe',
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    strict: true,
  })
  const documents = [...composer.compose(parser.parse(text), true, text.length)]
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const document = documents[0]
  if (document === undefined) return { value: null, mistakes: [], placeOf: () => ({ line: 1, column: 1 }) }
  const mistakes: YamlMistake[] = document.errors.map(error => ({
    kind: 'syntax',
    message: error.message,
    place: place(error.pos[0]),
  }))
  const reader = new ValueReader(document, place)
  const value = mistakes.length > 0 ? null : reader.read()
  return {
    value,
    mistakes: [...mistakes, ...reader.mistakes],
    placeOf: (path, part) => place(offsetOf(document, path, part)),
  }
}

class ValueReader {
  readonly mistakes: YamlMistake[] = []
  readonly #document: Document.Parsed | Document
  readonly #place: (offset: number) => Place
  readonly #anchors = new Map<string, { readonly value: unknown; readonly size: number } | 'open'>()
  #size = 0
  #aliased = 0

  constructor(document: Document.Parsed | Document, place: (offset: number) => Place) {
    this.#document = document
    this.#place = place
  }

  read(): unknown {
    return this.#node(this.#document.contents as Node | null, 0)
  }

  #node(node: Node | null, depth: number): unknown {
    if (node === null) return null
    this.#size++
    if (depth > deepest) return this.#refuse(node, `nested deeper than ${deepest} levels`)
    if (isAlias(node)) return this.#alias(node.source, node)
    const anchor = (node as { anchor?: string }).anchor
    if (anchor !== undefined) this.#anchors.set(anchor, 'open')
    const before = this.#size
    const value = this.#value(node, depth)
    if (anchor !== undefined) this.#anchors.set(anchor, { value, size: this.#size - before + 1 })
    return value
  }

  #value(node: Node, depth: number): unknown {
    if (isScalar(node)) return scalarValue(node)
    if (isSeq(node)) return node.items.map(item => this.#node(item as Node | null, depth + 1))
    return isMap(node) ? this.#map(node.items as Pair<Node, Node | null>[], depth) : null
  }

  #map(pairs: readonly Pair<Node, Node | null>[], depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    const merged: Record<string, unknown>[] = []
    const seen = new Map<string, Node>()
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? String(scalarValue(pair.key)) : undefined
      if (key === undefined) {
        if (pair.key !== null) this.#refuse(pair.key, 'a key must be text, not a list or a map', 'syntax')
        continue
      }
      if (key === '<<' && isScalar(pair.key) && pair.key.type === Scalar.PLAIN) {
        merged.push(...this.#merged(pair.value, depth))
        continue
      }
      const earlier = seen.get(key)
      if (earlier !== undefined) {
        this.mistakes.push({
          kind: 'duplicate-key',
          message: `key ${JSON.stringify(key)} is already set in this map`,
          place: this.#place(startOf(pair.key)),
          earlier: this.#place(startOf(earlier)),
        })
      }
      seen.set(key, pair.key)
      // defineProperty, so that a key named __proto__ is a key and nothing else.
      Object.defineProperty(map, key, {
        value: this.#node(pair.value, depth + 1),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
    return merged.length === 0 ? map : Object.assign({}, ...merged.toReversed(), map)
  }

  /** The maps that `<<` brings in; the first of a list wins. */
  #merged(node: Node | null, depth: number): Record<string, unknown>[] {
    const value = this.#node(node, depth + 1)
    const maps = Array.isArray(value) ? value : [value]
    const good = maps.filter(map => typeof map === 'object' && map !== null && !Array.isArray(map))
    if (good.length < maps.length && node !== null) this.#refuse(node, '<< must name a map or a list of maps', 'syntax')
    return good as Record<string, unknown>[]
  }

  #alias(name: string, node: Node): unknown {
    const anchor = this.#anchors.get(name)
    if (anchor === undefined) return this.#refuse(node, `alias *${name} has no anchor &${name} before it`)
    if (anchor === 'open') return this.#refuse(node, `alias *${name} stands inside its own anchor`)
    this.#size += anchor.size
    this.#aliased += anchor.size
    if (this.#aliased > mostAliasedValues) {
      // Said once: the document is refused anyway.
      if (this.#aliased - anchor.size <= mostAliasedValues) {
        this.#refuse(node, `aliases of this document stand for more than ${mostAliasedValues} values`)
      }
      return null
    }
    return anchor.value
  }

  #refuse(node: Node, message: string, kind: YamlMistake['kind'] = 'alias'): null {
    this.mistakes.push({ kind, message, place: this.#place(startOf(node)) })
    return null
  }
}

function scalarValue(node: Scalar): unknown {
  if (node.tag !== undefined && node.tag !== '!') return taggedValue(node.tag, String(node.value ?? ''))
  return node.type === Scalar.PLAIN || node.type === undefined ? resolvePlain(String(node.value ?? '')) : node.value
}

/** The tags that kubectl understands; others leave the text as it is. */
function taggedValue(tag: string, text: string): unknown {
  switch (tag.replace(/^tag:yaml\.org,2002:|^!!/, '')) {
    case 'int':
    case 'float':
    case 'bool':
    case 'null':
      return resolvePlain(text)
    default:
      return text
  }
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}

function offsetOf(document: Document, path: readonly (string | number)[], part?: 'key' | 'value'): number {
  let node = document.contents as Node | null
  let offset = node === null ? 0 : startOf(node)
  for (const [index, step] of path.entries()) {
    if (node !== null && isAlias(node)) node = (node.resolve(document) as Node | undefined) ?? null
    if (isSeq(node)) {
      const item: unknown = node.items[Number(step)]
      if (item === undefined || item === null) return offset
      node = isPair(item) ? null : (item as Node)
      if (node !== null) offset = startOf(node)
    } else if (isMap(node)) {
      const pair = (node.items as Pair<Node, Node | null>[]).find(
        ({ key }) => isScalar(key) && String(scalarValue(key)) === String(step),
      )
      if (pair === undefined) return offset
      node = pair.value
      const wantsValue = part === 'value' || (part === undefined && isScalar(node))
      const isLast = index === path.length - 1
      offset =
        isLast &&
        wantsValue &&
        node !== null &&
        isScalar(node) &&
        node.range != null &&
        node.value !== null &&
        node.value !== ''
          ? node.range[0]
          : startOf(pair.key)
    } else return offset
  }
  return offset
}
