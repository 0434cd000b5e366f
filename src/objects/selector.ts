// Which objects a label selector or a field selector picks, in both forms: the object's field and the query text.

export interface LabelRequirement {
  readonly key: string
  /** As in a manifest: In, NotIn, Exists, DoesNotExist. */
  readonly operator: string
  readonly values?: readonly string[]
}

/** The `LabelSelector` of manifests. */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly LabelRequirement[]
}

export type Labels = Readonly<Record<string, string>>

/** An absent selector picks nothing; an empty one picks everything. */
export function matchesLabels(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined || selector === null) return false
  for (const key in selector.matchLabels) {
    if (labels?.[key] !== selector.matchLabels[key]) return false
  }
  return (selector.matchExpressions ?? []).every(requirement => holds(requirement, labels ?? {}))
}

/** The plain map of a Service or ReplicationController: empty or absent picks nothing. */
export function matchesMap(selector: Labels | undefined, labels: Labels | undefined): boolean {
  const keys = Object.keys(selector ?? {})
  return keys.length > 0 && keys.every(key => labels?.[key] === selector?.[key])
}

/** An operator that is not one of the four picks nothing, so that a typo never opens anything. */
function holds(requirement: LabelRequirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && (requirement.values ?? []).includes(value)
    case 'NotIn':
      return value === undefined || !(requirement.values ?? []).includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  /** As the API server says it in a 400. */
  | { readonly kind: 'refused'; readonly why: string }

export interface LabelQuery {
  matches(labels: Labels | undefined): boolean
}

type Comparison = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt'

interface QueryTerm {
  readonly key: string
  readonly comparison: Comparison
  readonly values: readonly string[]
}

const keyPattern =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const valuePattern = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/

/** Parses `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1,m<2`; an empty text picks everything. */
export function parseLabelSelector(text: string): Parsed<LabelQuery> {
  const terms: QueryTerm[] = []
  for (const part of splitOutsideParentheses(text)) {
    const term = parseTerm(part.trim())
    if (typeof term === 'string') return { kind: 'refused', why: `unable to parse requirement: ${term}` }
    if (term !== undefined) terms.push(term)
  }
  if (terms.length === 0 && text.trim() !== '') {
    return { kind: 'refused', why: `unable to parse requirement: found ',', expected: identifier` }
  }
  return { kind: 'parsed', value: { matches: labels => terms.every(term => termHolds(term, labels ?? {})) } }
}

/** Commas inside `in (a,b)` do not end a requirement. */
function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '(') depth++
    else if (character === ')') depth--
    else if (character === ',' && depth <= 0) {
      parts.push(text.slice(start, index))
      start = index + 1
    }
  }
  parts.push(text.slice(start))
  return parts.length === 1 && parts[0]?.trim() === '' ? [] : parts
}

/** A string is the reason of a refusal; a trailing comma gives nothing. */
function parseTerm(text: string): QueryTerm | string | undefined {
  if (text === '') return undefined
  const absent = /^!\s*(\S+)$/.exec(text)
  if (absent !== null) return checkedTerm(absent[1] ?? '', 'DoesNotExist', [])
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(text)
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map(value => value.trim())
    return checkedTerm(set[1] ?? '', set[2] === 'in' ? 'In' : 'NotIn', values)
  }
  const compared = /^([^\s=!<>]+)\s*(==|=|!=|<|>)\s*(\S*)$/.exec(text)
  if (compared !== null) {
    const operators: Readonly<Record<string, Comparison>> = {
      '=': 'In',
      '==': 'In',
      '!=': 'NotIn',
      '>': 'Gt',
      '<': 'Lt',
    }
    return checkedTerm(compared[1] ?? '', operators[compared[2] ?? ''] ?? 'In', [compared[3] ?? ''])
  }
  return checkedTerm(text, 'Exists', [])
}

function checkedTerm(key: string, comparison: Comparison, values: readonly string[]): QueryTerm | string {
  if (!keyPattern.test(key)) return `invalid label key ${JSON.stringify(key)}`
  for (const value of values) {
    if (comparison === 'Gt' || comparison === 'Lt') {
      if (!/^[+-]?\d+$/.test(value))
        return `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`
    } else if (!valuePattern.test(value))
      return `invalid label value: ${JSON.stringify(value)}: at key: ${JSON.stringify(key)}`
  }
  return { key, comparison, values }
}

function termHolds(term: QueryTerm, labels: Labels): boolean {
  if (term.comparison !== 'Gt' && term.comparison !== 'Lt') {
    return holds({ key: term.key, operator: term.comparison, values: term.values }, labels)
  }
  const text = Object.hasOwn(labels, term.key) ? labels[term.key] : undefined
  if (text === undefined || !/^[+-]?\d+$/.test(text)) return false
  const [value, limit] = [BigInt(text.replace(/^\+/, '')), BigInt((term.values[0] ?? '').replace(/^\+/, ''))]
  return term.comparison === 'Gt' ? value > limit : value < limit
}

export interface FieldTerm {
  readonly field: string
  readonly equal: boolean
  readonly value: string
}

/**
 * Parses `metadata.name=web,status.phase!=Running`. Whether a field may be asked for is the kind's to say
 * (`KindDefinition.fields`). `\\`, `\,` and `\=` stand for the characters themselves.
 */
export function parseFieldSelector(text: string): Parsed<readonly FieldTerm[]> {
  const terms: FieldTerm[] = []
  for (const part of splitUnescaped(text)) {
    if (part === '') continue
    const operator = /(?<!\\)(?:\\\\)*(!=|==|=)/.exec(part)
    const symbol = operator?.[1]
    if (operator === null || symbol === undefined)
      return { kind: 'refused', why: `invalid selector: '${text}'; can't understand '${part}'` }
    const at = operator.index + operator[0].length - symbol.length
    const value = unescapeValue(part.slice(at + symbol.length))
    if (value === undefined) return { kind: 'refused', why: `invalid field selector: invalid value in '${part}'` }
    terms.push({ field: part.slice(0, at).trim(), equal: symbol !== '!=', value })
  }
  return { kind: 'parsed', value: terms }
}

/** True when every term holds for these field values; a field that is not given counts as empty. */
export function matchesFields(terms: readonly FieldTerm[], fields: Readonly<Record<string, string>>): boolean {
  return terms.every(term => ((fields[term.field] ?? '') === term.value) === term.equal)
}

function splitUnescaped(text: string): string[] {
  const parts: string[] = []
  let current = ''
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (character === '\\') current += character + text.charAt(++index)
    else if (character === ',') {
      parts.push(current)
      current = ''
    } else current += character
  }
  return [...parts, current]
}

function unescapeValue(text: string): string | undefined {
  let value = ''
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (character === '\\') {
      const next = text.charAt(++index)
      if (next !== '\\' && next !== ',' && next !== '=') return undefined
      value += next
    } else if (character === '=') return undefined
    else value += character
  }
  return value
}
