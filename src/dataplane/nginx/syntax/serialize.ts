// Turns a configuration tree into the text of nginx.conf, quoting every value; the only place that does.
import {
  type Argument,
  builtinVariables,
  type Directive,
  directives,
  type Entry,
  isDirective,
  type MapKey,
  type Node,
  type Variable,
} from './tree.ts'

/** A value reached the serializer that has no safe form. The compiler asks `inexpressible` first, so this is a bug. */
export class UnsafeValue extends Error {
  constructor(where: string, why: string) {
    super(`${where}: ${why}`)
    this.name = 'UnsafeValue'
  }
}

/** NGINX reads its configuration through a buffer of 4096 bytes, and no argument may be longer. */
const longestArgumentBytes = 3900

/** The variable that holds one dollar sign: NGINX has no escape for it. Defined in every configuration's `http` block. */
export const dollar = 'fw_dollar'

const bytes = new TextEncoder()

/** Why NGINX cannot be told this text, or undefined when it can. */
export function inexpressible(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  const control = /[\x00-\x1f\x7f\x80-\x9f\u2028\u2029]/.exec(text)
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
    return `it holds the control character U+${code}`
  }
  if (!text.isWellFormed()) return 'it is not well-formed Unicode'
  // Each character may need a backslash, a dollar sign becomes ${fw_dollar}.
  const size = bytes.encode(text).length + countOf(text, '"') + countOf(text, '\\') + countOf(text, '$') * 12
  if (size > longestArgumentBytes) return `it is longer than ${longestArgumentBytes} bytes`
  return undefined
}

export function serialize(nodes: readonly Node[]): string {
  const lines: string[] = []
  for (const node of nodes) write(node, '', 'literal', lines)
  return `${lines.join('\n')}\n`
}

type Mode = 'literal' | 'evaluated'

function write(node: Node, indent: string, mode: Mode, lines: string[]): void {
  if (isDirective(node)) writeDirective(node, indent, lines)
  else lines.push(`${indent}${writeEntry(node, mode)};`)
}

function writeDirective(node: Directive, indent: string, lines: string[]): void {
  if (!Object.hasOwn(directives, node.name)) throw new UnsafeValue(node.name, 'no directive of ours')
  const mode = directives[node.name]
  const args = node.args.map(argument => ` ${writeArgument(argument, mode, node.name)}`)
  // The condition of `if` is the one argument in parentheses; they are syntax, not part of a value.
  const head = `${indent}${node.name}${node.name === 'if' ? ` (${args.join('').slice(1)})` : args.join('')}`
  if (node.block === undefined) {
    lines.push(`${head};`)
    return
  }
  lines.push(`${head} {`)
  for (const child of node.block) write(child, `${indent}    `, mode, lines)
  lines.push(`${indent}}`)
}

function writeArgument(argument: Argument, mode: Mode, where: string): string {
  if (argument.kind === 'word') {
    // No space, quote, brace, semicolon, hash, backslash or dollar: nothing that the tokenizer gives a meaning.
    if (!/^[A-Za-z0-9_@=~^!*.:/[\]%+,|-]+$/.test(argument.text)) {
      throw new UnsafeValue(where, `not a plain word: ${JSON.stringify(argument.text)}`)
    }
    return argument.text
  }
  if (argument.kind === 'variable') return `$${checkedVariable(argument.name, where)}`
  if (argument.kind === 'pattern') return quote(writePart(argument.pattern, 'literal', where))
  return quote(argument.parts.map(part => writePart(part, mode, where)).join(''))
}

/** One piece of a quoted text, before its quotes and backslashes are escaped. */
function writePart(part: string | Variable, mode: Mode, where: string): string {
  if (typeof part !== 'string') {
    if (mode === 'literal') throw new UnsafeValue(where, `takes no variables, got ${part.variable}`)
    // NGINX knows captures only without braces; one digit is all it reads, so what follows cannot join it.
    if (part.variable === '1') return '$1'
    return `\${${checkedVariable(part.variable, where)}}`
  }
  const problem = inexpressible(part)
  if (problem !== undefined) throw new UnsafeValue(where, `${JSON.stringify(part)}: ${problem}`)
  return mode === 'literal' ? part : part.replaceAll('$', `\${${dollar}}`)
}

function checkedVariable(name: string, where: string): string {
  const known =
    name === '1' || (builtinVariables as readonly string[]).includes(name) || /^(http|fw)_[a-z0-9_]+$/.test(name)
  if (!known) throw new UnsafeValue(where, `no variable of ours: ${JSON.stringify(name)}`)
  return name
}

function writeEntry(node: Entry, mode: Mode): string {
  const key = writeKey(node.key)
  return node.key.kind === 'hostnames' ? key : `${key} ${writeArgument(node.value, mode, 'map value')}`
}

/** Keys are never evaluated. A leading `~` or backslash, and the block's own keywords, have to be escaped by a backslash. */
function writeKey(key: MapKey): string {
  switch (key.kind) {
    case 'default':
      return 'default'
    case 'hostnames':
      return 'hostnames'
    case 'rest':
      return '*'
    case 'share':
      return `${(key.hundredths / 100).toFixed(2)}%`
    case 'regex':
      return quote(`~${key.ignoreCase === true ? '*' : ''}${writePart(key.pattern, 'literal', 'map key')}`)
    case 'string': {
      const plain = writePart(key.text, 'literal', 'map key')
      const special = /^[~\\]/.test(plain) || ['default', 'hostnames', 'include', 'volatile'].includes(plain)
      return quote(special ? `\\${plain}` : plain)
    }
  }
}

/** Inside double quotes NGINX undoes `\"` and `\\`, and keeps everything else but variables as it is. */
function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function countOf(text: string, character: string): number {
  return text.split(character).length - 1
}
