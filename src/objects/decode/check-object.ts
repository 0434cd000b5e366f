// What is wrong with one object of a known kind: its schema, then what the API server checks beyond it.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { FieldProblem, KindDefinition } from '../kind.ts'
import { nearestName } from '../nearest.ts'
import { describeObject, type KubeObject } from '../object.ts'
import { fieldText } from '../problems.ts'
import { checkSchema, childSchema, resolve, type Schema, schemaAt, schemaOf } from '../schema.ts'
import type { Source } from './source.ts'

export interface ObjectPlace {
  readonly source: Source
  /** Where the object stands in its document: [] or ['items', 3]. */
  readonly path: readonly (string | number)[]
}

/** Every problem, in the API server's words; unknown fields with the name that was probably meant. */
export function problemsOf(object: KubeObject, definition: KindDefinition): FieldProblem[] {
  const schema = schemaOf(definition.schema)
  const found = checkSchema(schema, object)
  const wrong = found.filter(problem => problem.unknownField !== true)
  // What comes next relies on the types: parts of a wrong type are taken out before.
  const sound = wrong.length === 0 && !holdsNull(object) ? object : (without(object, wrong, schema) as KubeObject)
  const deeper = definition.validate?.(definition.defaults(sound)) ?? []
  const known = new Set(wrong.map(({ path }) => fieldText(path)))
  // A field that the schema refused already would only be reported as missing once more.
  const isNews = (problem: FieldProblem) => {
    for (let length = problem.path.length; length > 0; length--) {
      if (known.has(fieldText(problem.path.slice(0, length)))) return false
    }
    return true
  }
  return withFixes([...found, ...deeper.filter(isNews)], { object, schema })
}

/** The problems with what the schema suggests instead: the name that was probably meant, the value in its right type. */
export function withFixes(
  problems: readonly FieldProblem[],
  { object, schema }: { readonly object: KubeObject; readonly schema: Schema },
): FieldProblem[] {
  return problems.map(problem => ({ ...problem, ...fixFor(problem, object, schema) }))
}

export function diagnosticOf(problem: FieldProblem, object: KubeObject, place: ObjectPlace): Diagnostic {
  const path = [...place.path, ...writtenAs(problem.path, object)]
  const base = { object: describeObject(object), ...(problem.fix === undefined ? {} : { fix: problem.fix }) }
  if (problem.unknownField === true) {
    return {
      ...base,
      code: 'FW106',
      severity: 'error',
      message: problem.message,
      why: `${object.kind} has no such field: kubectl refuses the object, and Fairway goes on without the field.`,
      position: place.source.positionOf(path, 'key'),
    }
  }
  return {
    ...base,
    code: 'FW107',
    severity: problem.severity,
    message: `${fieldText(problem.path)}: ${problem.message}`,
    ...(problem.severity === 'error' ? { why: 'The API server refuses the object, so it is left out.' } : {}),
    position: place.source.positionOf(path),
  }
}

/** The API server speaks of some fields by the name of the one that has taken their place. */
function writtenAs(path: FieldProblem['path'], object: KubeObject): FieldProblem['path'] {
  const [spec, field, ...rest] = path
  if (spec !== 'spec' || valueAt(object, [spec, field ?? '']) !== undefined) return path
  if (field === 'clusterIPs' && rest[0] === 0) return [spec, 'clusterIP']
  return field === 'LoadBalancerSourceRanges' ? [spec, 'loadBalancerSourceRanges'] : path
}

function fixFor(problem: FieldProblem, object: KubeObject, schema: Schema): Partial<FieldProblem> {
  if (problem.fix !== undefined) return {}
  const name = problem.path.at(-1)
  const parent = problem.path.slice(0, -1)
  if (problem.unknownField === true && typeof name === 'string') {
    const siblings = Object.keys(schemaAt(schema, parent)?.properties ?? {})
    const near = nearestName(name, siblings)
    if (near !== undefined) return { fix: `did you mean "${near}"?` }
    return siblings.length === 0 || siblings.length > 30 ? {} : { fix: `fields here are ${siblings.join(', ')}` }
  }
  const value = valueAt(object, problem.path)
  if (problem.message.startsWith('Required value') && typeof name === 'string' && value === undefined) {
    return { fix: parent.length === 0 ? `add ${name}: at the top` : `add ${name}: below ${fieldText(parent)}` }
  }
  const bounds = /must be between (\d+) and (\d+)/.exec(problem.message)
  if (bounds !== null) return { fix: `write a number from ${bounds[1]} to ${bounds[2]}` }
  if (problem.message.includes('must be of type integer') && typeof value === 'string' && /^-?\d+$/.test(value)) {
    return { fix: `write ${value} without quotes` }
  }
  if (problem.message.includes('must be of type string') && (typeof value === 'number' || typeof value === 'boolean')) {
    return { fix: `write "${value}" in quotes` }
  }
  if (problem.message.startsWith('Unsupported value') && typeof value === 'string') {
    const allowed = (schemaAt(schema, problem.path)?.enum ?? []).filter(item => typeof item === 'string')
    const near = nearestName(value, allowed)
    if (near !== undefined) return { fix: `did you mean "${near}"?` }
  }
  return {}
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null ? (at as Record<string | number, unknown>)[part] : undefined),
    value,
  )
}

function holdsNull(value: unknown): boolean {
  if (typeof value !== 'object') return false
  return value === null || Object.values(value).some(holdsNull)
}

/**
 * A copy without the parts that these problems are about, and without nulls, which Go reads as absent. List items become
 * what Go reads a null as: the empty value of their type, so that the others keep their place.
 */
function without(whole: unknown, problems: readonly FieldProblem[], schema: Schema): unknown {
  const refused = new Set(problems.map(problem => problem.path.join('\u0000')))
  const copy = (inner: unknown, at: string, unresolved: Schema | undefined): unknown => {
    if (inner === null || (refused.has(at) && at !== '')) return undefined
    if (typeof inner !== 'object') return inner
    const shape = unresolved === undefined ? undefined : resolve(unresolved)
    const child = (key: string | number) => (at === '' ? String(key) : `${at}\u0000${key}`)
    if (Array.isArray(inner)) {
      return inner.map((item, index) => copy(item, child(index), shape?.items) ?? emptyValue(shape?.items))
    }
    return Object.fromEntries(
      Object.entries(inner)
        .map(([key, item]) => [key, copy(item, child(key), shape && childSchema(shape, key))] as const)
        .filter(([, item]) => item !== undefined),
    )
  }
  return copy(whole, '', schema)
}

function emptyValue(schema: Schema | undefined): unknown {
  switch (schema === undefined ? undefined : resolve(schema).type) {
    case 'string':
      return ''
    case 'object':
      return {}
    case 'integer':
    case 'number':
      return 0
    default:
      return null
  }
}
