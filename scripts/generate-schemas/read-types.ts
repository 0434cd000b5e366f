// Which fields and types does one declaration file of kubernetes-models describe?
// The files are generated, so a small parser for exactly their grammar is enough; anything else throws.

export type TypeNode =
  | { readonly kind: 'any' | 'string' | 'number' | 'boolean' }
  | { readonly kind: 'literals'; readonly values: readonly string[] }
  | { readonly kind: 'array' | 'map'; readonly of: TypeNode }
  /** A name that the file imports or declares. */
  | { readonly kind: 'ref'; readonly name: string }
  | { readonly kind: 'union'; readonly of: readonly TypeNode[] }
  | {
      readonly kind: 'object'
      readonly fields: readonly Field[]
      /** Types whose fields this one also has. */
      readonly bases: readonly string[]
      /** Of `A & (B | C)`: for each alternative the fields that A leaves optional and the alternative requires. */
      readonly alternatives?: readonly (readonly string[])[]
    }

export interface Field {
  readonly name: string
  readonly optional: boolean
  readonly description: string
  readonly type: TypeNode
}

export interface TypeFile {
  /** The declared name, as in `IServiceSpec`. */
  readonly name: string
  readonly description: string
  readonly type: TypeNode
  /** Imported name → module specifier. */
  readonly imports: ReadonlyMap<string, string>
  /** The long name under which the compiled validator is stored, as in `IoK8sApiCoreV1ServiceSpec`. */
  readonly alias: string | undefined
}

export function readTypeFile(text: string): TypeFile {
  const imports = new Map<string, string>()
  for (const [, names = '', specifier = ''] of text.matchAll(/^import \{([^}]*)\} from "([^"]*)";$/gm)) {
    for (const name of names.split(',')) imports.set(name.trim(), specifier)
  }
  const head = /^export (?:declare )?(interface|type) (I\w+)/m.exec(text)
  if (head?.[1] === undefined || head[2] === undefined) throw new Error('no interface or type is declared')
  const before = text.slice(0, head.index)
  const comment = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before)
  const parser = new Parser(text, head.index + head[0].length)
  const type = head[1] === 'interface' ? parser.interfaceBody() : parser.aliasBody()
  const alias = new RegExp(`\\b${head[2]} as I(\\w+)`).exec(text)?.[1]
  return { name: head[2], description: commentText(comment?.[1] ?? ''), type, imports, alias }
}

/** The text of a doc comment: stars and escapes taken away, wrapped lines joined as they stand. */
function commentText(raw: string): string {
  return raw
    .split('\n')
    .map(line => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .replaceAll('\\*', '*')
    .trim()
}

class Parser {
  readonly #text: string
  #at: number

  constructor(text: string, at: number) {
    this.#text = text
    this.#at = at
  }

  interfaceBody(): TypeNode {
    const bases: string[] = []
    if (this.#takes('extends')) {
      do bases.push(this.#word())
      while (this.#takes(','))
    }
    const body = this.#object()
    if (body.kind !== 'object') return body
    // TypeMeta adds apiVersion and kind, which the body states again.
    return { ...body, bases: bases.filter(base => base !== 'TypeMeta') }
  }

  aliasBody(): TypeNode {
    this.#expect('=')
    return this.#type()
  }

  #type(): TypeNode {
    this.#takes('|')
    const members: TypeNode[] = [this.#intersection()]
    while (this.#takes('|')) members.push(this.#intersection())
    if (members.length === 1) return members[0] as TypeNode
    if (members.every(member => member.kind === 'literals')) {
      return { kind: 'literals', values: members.flatMap(member => member.values) }
    }
    return { kind: 'union', of: members }
  }

  /** `A & (B | C)`, where B and C are A with other fields required. */
  #intersection(): TypeNode {
    const first = this.#single()
    if (!this.#takes('&')) return first
    const second = this.#single()
    if (first.kind !== 'object') throw this.#unexpected('an object type before &')
    const known = new Set(first.fields.filter(field => !field.optional).map(field => field.name))
    const members = second.kind === 'union' ? second.of : [second]
    const alternatives = members.map(member => {
      if (member.kind !== 'object') throw this.#unexpected('object types after &')
      return member.fields.filter(field => !field.optional && !known.has(field.name)).map(field => field.name)
    })
    return { ...first, alternatives }
  }

  #single(): TypeNode {
    if (this.#takes('(')) {
      const inner = this.#type()
      this.#expect(')')
      return inner
    }
    this.#space()
    const next = this.#text.charAt(this.#at)
    if (next === '"') return { kind: 'literals', values: [this.#quoted()] }
    if (next === '{') return this.#object()
    const word = this.#word()
    if (word === 'string' || word === 'number' || word === 'boolean') return { kind: word }
    if (word === 'any' || word === 'unknown') return { kind: 'any' }
    if (word === 'Array') {
      this.#expect('<')
      const of = this.#type()
      this.#expect('>')
      return { kind: 'array', of }
    }
    if (word === 'Exclude') {
      // Only seen as `Exclude<any, "IPAddress">`, which is any.
      this.#expect('<')
      const of = this.#type()
      this.#expect(',')
      this.#type()
      this.#expect('>')
      return of
    }
    return { kind: 'ref', name: word }
  }

  #object(): TypeNode {
    this.#expect('{')
    const fields: Field[] = []
    let map: TypeNode | undefined
    for (;;) {
      const description = this.#comment()
      if (this.#takes('}')) break
      if (this.#takes('[')) {
        this.#word()
        this.#expect(':')
        this.#word()
        this.#expect(']')
        this.#expect(':')
        map = this.#type()
        this.#expect(';')
        continue
      }
      const name = this.#quoted()
      const optional = this.#takes('?')
      this.#expect(':')
      const type = this.#type()
      this.#expect(';')
      fields.push({ name, optional, description, type })
    }
    return map === undefined ? { kind: 'object', fields, bases: [] } : { kind: 'map', of: map }
  }

  #comment(): string {
    this.#space()
    if (!this.#text.startsWith('/**', this.#at)) return ''
    const end = this.#text.indexOf('*/', this.#at)
    const raw = this.#text.slice(this.#at + 3, end)
    this.#at = end + 2
    return commentText(raw)
  }

  #quoted(): string {
    this.#space()
    const literal = /^"(?:[^"\\]|\\.)*"/.exec(this.#text.slice(this.#at, this.#at + 400))?.[0]
    if (literal === undefined) throw this.#unexpected('a quoted name')
    this.#at += literal.length
    return JSON.parse(literal) as string
  }

  #word(): string {
    this.#space()
    const word = /^[\w$]+/.exec(this.#text.slice(this.#at, this.#at + 400))?.[0]
    if (word === undefined) throw this.#unexpected('a name')
    this.#at += word.length
    return word
  }

  #takes(token: string): boolean {
    this.#space()
    if (!this.#text.startsWith(token, this.#at)) return false
    this.#at += token.length
    return true
  }

  #expect(token: string): void {
    if (!this.#takes(token)) throw this.#unexpected(JSON.stringify(token))
  }

  #space(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++
  }

  #unexpected(wanted: string): Error {
    return new Error(`expected ${wanted} at ${JSON.stringify(this.#text.slice(this.#at, this.#at + 60))}`)
  }
}
