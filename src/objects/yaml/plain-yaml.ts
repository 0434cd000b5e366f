// Reads the YAML that manifests are mostly written in, fast: block maps and lists, one-line scalars, `|` texts, JSON.
// Everything else (anchors, tags, folded texts, tabs, mistakes) is declined, and the full parser takes the document.
// What is accepted must mean the same there; a property test compares the two.
import { resolvePlain } from './resolve-plain.ts'

/** A value, or `declined` for what only the full parser reads. */
export type PlainResult = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'declined' }

/** Reads one document without its `---` line. */
export function readPlainYaml(text: string): PlainResult {
  if (unusual.test(text)) return { kind: 'declined' }
  try {
    return { kind: 'value', value: new Reader(text).document() }
  } catch (error) {
    if (error instanceof Declined) return { kind: 'declined' }
    throw error
  }
}

class Declined extends Error {}

/** Tabs, carriage returns and control characters, which have rules of their own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unusual = /[\u0000-\u0009\u000b-\u001f\u007f\u0085\u2028\u2029\ufeff\ufffe\uffff]/
/** Nested deeper than any manifest; the full parser decides. */
const deepest = 200

const newline = 10
const space = 32
const doubleQuote = 34
const hash = 35
const singleQuote = 39
const comma = 44
const dash = 45
const colon = 58
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const pipe = 124
const closeBrace = 125

/** Characters that no plain scalar begins with, or only in cases left to the full parser. */
const indicators = new Set([...'-?:,[]{}#&*!|>\'"%@`='].map(character => character.charCodeAt(0)))

class Reader {
  readonly #text: string
  /** The current line: columns before its first character, where that stands, and where the line ends. */
  #indent = -1
  #start = 0
  #end = 0
  #nextLine = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): unknown {
    this.#advance()
    if (this.#indent < 0) return null
    const first = this.#text.charCodeAt(this.#start)
    const value = first === openBrace || first === openBracket ? this.#json() : this.#block(this.#indent)
    if (this.#indent >= 0) throw new Declined()
    return value
  }

  /** Moves to the next line that is neither empty nor a comment; the indent is -1 after the last. */
  #advance(): void {
    const text = this.#text
    while (this.#nextLine < text.length) {
      const lineStart = this.#nextLine
      let end = text.indexOf('\n', lineStart)
      if (end < 0) end = text.length
      this.#nextLine = end + 1
      let start = lineStart
      while (start < end && text.charCodeAt(start) === space) start++
      if (start === end || text.charCodeAt(start) === hash) continue
      while (text.charCodeAt(end - 1) === space) end--
      this.#indent = start - lineStart
      this.#start = start
      this.#end = end
      return
    }
    this.#indent = -1
  }

  #block(indent: number): unknown {
    if (++this.#depth > deepest) throw new Declined()
    const value = this.#isItem() ? this.#list(indent) : this.#map(indent)
    this.#depth--
    return value
  }

  /** Whether the current line is `- …` or `-`. */
  #isItem(): boolean {
    if (this.#text.charCodeAt(this.#start) !== dash) return false
    return this.#start + 1 === this.#end || this.#text.charCodeAt(this.#start + 1) === space
  }

  #list(indent: number): unknown[] {
    const items: unknown[] = []
    while (this.#indent === indent && this.#isItem()) {
      let at = this.#start + 1
      while (at < this.#end && this.#text.charCodeAt(at) === space) at++
      if (at >= this.#end || this.#text.charCodeAt(at) === hash) {
        this.#advance()
        items.push(this.#indent > indent ? this.#block(this.#indent) : null)
        continue
      }
      const inner = indent + at - this.#start
      this.#start = at
      if (this.#isItem() || this.#keyEnd() >= 0) {
        // The rest of the line is a line of its own, further in.
        this.#indent = inner
        items.push(this.#block(inner))
      } else items.push(this.#scalar(at, indent))
    }
    if (this.#indent > indent) throw new Declined()
    return items
  }

  #map(indent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    while (this.#indent === indent && !this.#isItem()) {
      const keyEnd = this.#keyEnd()
      if (keyEnd < 0) throw new Declined()
      const key = this.#key(keyEnd)
      if (Object.hasOwn(map, key) || key === '<<' || key === '__proto__') throw new Declined()
      let at = keyEnd + 1
      while (at < this.#end && this.#text.charCodeAt(at) === space) at++
      if (at < this.#end && this.#text.charCodeAt(at) !== hash) map[key] = this.#scalar(at, indent)
      else {
        this.#advance()
        if (this.#indent > indent) map[key] = this.#block(this.#indent)
        else map[key] = this.#indent === indent && this.#isItem() ? this.#list(indent) : null
      }
    }
    if (this.#indent > indent) throw new Declined()
    return map
  }

  /** Where the colon after the line's key stands; -1 when the line is no map entry. */
  #keyEnd(): number {
    const text = this.#text
    const first = text.charCodeAt(this.#start)
    let at = this.#start
    if (first === doubleQuote || first === singleQuote) {
      at = text.indexOf(String.fromCharCode(first), at + 1) + 1
      if (at === 0 || at > this.#end) return -1
      return text.charCodeAt(at) === colon && (at + 1 === this.#end || text.charCodeAt(at + 1) === space) ? at : -1
    }
    if (first === openBrace || first === openBracket) return -1
    for (; at < this.#end; at++) {
      const code = text.charCodeAt(at)
      if (code === colon && (at + 1 === this.#end || text.charCodeAt(at + 1) === space)) return at
      if (code === hash && text.charCodeAt(at - 1) === space) return -1
    }
    return -1
  }

  /** kubectl turns keys that are numbers or booleans into text. */
  #key(end: number): string {
    const first = this.#text.charCodeAt(this.#start)
    const raw = this.#text.slice(this.#start, end)
    if (first === doubleQuote || first === singleQuote) {
      const inner = raw.slice(1, -1)
      if (inner.includes('\\') || inner.includes("'")) throw new Declined()
      return inner
    }
    if (indicators.has(first) || raw.endsWith(' ')) throw new Declined()
    return String(resolvePlain(raw))
  }

  /** A value that begins at `at` on the current line of a block at `indent`; moves on to the line after it. */
  #scalar(at: number, indent: number): unknown {
    const first = this.#text.charCodeAt(at)
    if (first === pipe) return this.#literal(at, indent)
    let value: unknown
    if (first === doubleQuote || first === singleQuote) value = this.#quotedLine(at, first)
    else if (first === openBrace || first === openBracket) {
      const flow = this.#flow(at, this.#end)
      this.#expectLineEnd(flow.end)
      value = flow.value
    } else value = this.#plainLine(at, first)
    this.#advance()
    // A line further in would go on with this scalar.
    if (this.#indent > indent) throw new Declined()
    return value
  }

  #plainLine(at: number, first: number): unknown {
    const second = this.#text.charCodeAt(at + 1)
    // `-1` and `:x` are texts or numbers, `- 1` would be a list.
    if (indicators.has(first) && !(first === dash && second > space)) throw new Declined()
    const line = this.#text.slice(at, this.#end)
    const comment = line.indexOf(' #')
    const text = comment < 0 ? line : line.slice(0, comment).trimEnd()
    if (text.includes(': ') || text.endsWith(':')) throw new Declined()
    return resolvePlain(text)
  }

  #quotedLine(at: number, quote: number): string {
    const quoted = this.#quoted(at, { quote, end: this.#end })
    this.#expectLineEnd(quoted.end)
    return quoted.value
  }

  #quoted(
    at: number,
    { quote, end }: { readonly quote: number; readonly end: number },
  ): { value: string; end: number } {
    const text = this.#text
    let close = at + 1
    let plain = true
    for (; close < end; close++) {
      const code = text.charCodeAt(close)
      if (code === newline) throw new Declined()
      if (code === quote) {
        if (quote === doubleQuote || text.charCodeAt(close + 1) !== singleQuote) break
        plain = false
        close++
      } else if (code === 92 && quote === doubleQuote) {
        plain = false
        close++
      }
    }
    if (close >= end) throw new Declined()
    const inner = text.slice(at + 1, close)
    if (plain) return { value: inner, end: close + 1 }
    if (quote === singleQuote) return { value: inner.replaceAll("''", "'"), end: close + 1 }
    // JSON's escapes mean the same in YAML; YAML's others are left to the full parser.
    if (/\\[^"\\/bfnrtu]/.test(inner.replaceAll('\\\\', ''))) throw new Declined()
    try {
      return { value: JSON.parse(`"${inner}"`) as string, end: close + 1 }
    } catch {
      throw new Declined()
    }
  }

  #expectLineEnd(at: number): void {
    if (at === this.#end) return
    const rest = this.#text.slice(at, this.#end)
    if (!/^ +#/.test(rest)) throw new Declined()
  }

  /** `|`, `|-` or `|+`: the lines further in than `indent`, as they stand. */
  #literal(at: number, indent: number): string {
    const header = this.#text.slice(at, this.#end)
    if (header !== '|' && header !== '|-' && header !== '|+') throw new Declined()
    const text = this.#text
    const lines: string[] = []
    let inner = -1
    while (this.#nextLine < text.length) {
      const lineStart = this.#nextLine
      let end = text.indexOf('\n', lineStart)
      if (end < 0) end = text.length
      let start = lineStart
      while (start < end && text.charCodeAt(start) === space) start++
      const own = start - lineStart
      if (start === end) {
        // Spaces on an empty line count as content when they reach past the block's own indent.
        if (inner < 0 && own > 0) throw new Declined()
        lines.push(inner >= 0 && own > inner ? text.slice(lineStart + inner, end) : '')
      } else {
        if (own <= indent) break
        if (inner < 0) inner = own
        if (own < inner) throw new Declined()
        lines.push(text.slice(lineStart + inner, end))
      }
      this.#nextLine = end + 1
    }
    // A text that ends without a line break has rules of its own.
    if (inner < 0 || (this.#nextLine > text.length && !text.endsWith('\n'))) throw new Declined()
    this.#advance()
    if (this.#indent > indent) throw new Declined()
    return chomp(lines, header)
  }

  /** A document that is one JSON value, over as many lines as it likes. */
  #json(): unknown {
    const flow = this.#flow(this.#start, this.#text.length)
    if (this.#text.slice(flow.end).trim() !== '') throw new Declined()
    this.#indent = -1
    return flow.value
  }

  /** `[a, "b"]` and `{a: b}`; line breaks stand between tokens only. */
  #flow(at: number, end: number): { value: unknown; end: number } {
    const first = this.#text.charCodeAt(at)
    if (first === doubleQuote || first === singleQuote) return this.#quoted(at, { quote: first, end })
    if (first === openBracket) return this.#flowList(at, end)
    return first === openBrace ? this.#flowMap(at, end) : this.#flowPlain(at, end)
  }

  #flowList(at: number, end: number): { value: unknown; end: number } {
    if (++this.#depth > deepest) throw new Declined()
    const items: unknown[] = []
    let next = this.#flowSpace(at + 1, end)
    while (this.#text.charCodeAt(next) !== closeBracket) {
      const item = this.#flow(next, end)
      items.push(item.value)
      next = this.#flowSeparator(item.end, { end, close: closeBracket })
    }
    this.#depth--
    return { value: items, end: next + 1 }
  }

  #flowMap(at: number, end: number): { value: unknown; end: number } {
    if (++this.#depth > deepest) throw new Declined()
    const map: Record<string, unknown> = {}
    let next = this.#flowSpace(at + 1, end)
    while (this.#text.charCodeAt(next) !== closeBrace) {
      const key = this.#flow(next, end)
      if (typeof key.value === 'object') throw new Declined()
      const name = String(key.value)
      if (Object.hasOwn(map, name) || name === '<<' || name === '__proto__') throw new Declined()
      const isQuoted = this.#text.charCodeAt(next) === doubleQuote
      const after = isQuoted ? this.#flowSpace(key.end, end) : key.end
      const follows = this.#text.charCodeAt(after + 1)
      // `{a:b}` is the text "a:b"; only JSON's quoted keys may go without the space.
      if (this.#text.charCodeAt(after) !== colon || !(isQuoted || follows === space)) throw new Declined()
      const value = this.#flow(this.#flowSpace(after + 1, end), end)
      map[name] = value.value
      next = this.#flowSeparator(value.end, { end, close: closeBrace })
    }
    this.#depth--
    return { value: map, end: next + 1 }
  }

  /** Past a comma, or at the closing bracket. */
  #flowSeparator(at: number, { end, close }: { readonly end: number; readonly close: number }): number {
    const next = this.#flowSpace(at, end)
    const code = this.#text.charCodeAt(next)
    if (code === close && next < end) return next
    if (code !== comma) throw new Declined()
    const after = this.#flowSpace(next + 1, end)
    // A comma before the bracket is legal YAML and rare enough.
    if (after >= end || this.#text.charCodeAt(after) === close) throw new Declined()
    return after
  }

  #flowSpace(at: number, end: number): number {
    let next = at
    while (next < end && (this.#text.charCodeAt(next) === space || this.#text.charCodeAt(next) === newline)) next++
    if (next >= end) throw new Declined()
    return next
  }

  #flowPlain(at: number, end: number): { value: unknown; end: number } {
    let next = at
    while (next < end && flowPlainCharacter(this.#text.charCodeAt(next))) next++
    const text = this.#text.slice(at, next)
    if (text === '' || (indicators.has(text.charCodeAt(0)) && !/^-[0-9.]/.test(text))) throw new Declined()
    return { value: resolvePlain(text), end: next }
  }
}

/** Letters, digits and what names and numbers hold; spaces inside a plain scalar are left to the full parser. */
function flowPlainCharacter(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95 ||
    (code >= 45 && code <= 47)
  )
}

function chomp(lines: readonly string[], header: string): string {
  let last = lines.length
  while (last > 0 && lines[last - 1] === '') last--
  const body = lines.slice(0, last).join('\n')
  if (header === '|-') return body
  return header === '|' ? `${body}\n` : `${body}\n${'\n'.repeat(lines.length - last)}`
}
