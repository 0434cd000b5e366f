// Whether an object has the fields of its kind, of the right types; unknown fields are taken out.
import type { FieldProblem } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import { fieldText } from '../../objects/problems.ts'
import { applySchemaDefaults, checkSchema } from '../../objects/schema.ts'
import type { Call } from './api.ts'
import { badRequest } from './errors.ts'
import type { ServedKind } from './served-kinds.ts'

export interface Structured {
  readonly object: KubeObject
  /** False when something is still missing that defaults may fill in, so that it must be checked once more. */
  readonly sound: boolean
}

export function checkStructure(served: ServedKind, object: KubeObject, call: Call): Structured {
  const normal = dropAbsent(object, { nulls: !served.custom }) as KubeObject
  const schema = served.schema()
  if (schema === undefined) return { object: normal, sound: true }
  // A schema's defaults are for custom resources only, and come before their validation.
  const given = served.custom ? applySchemaDefaults(schema, withoutNullMetadata(normal)) : normal
  const problems = checkSchema(schema, given, { strictNulls: served.custom })
  const wrongTypes = problems.filter(problem => problem.severity === 'error' && isWrongType(problem))
  if (wrongTypes.length > 0 && !served.custom) {
    const texts = wrongTypes.map(problem => `${fieldText(problem.path)}: ${problem.message}`)
    throw badRequest(`${cannotBeHandled(served)}: ${texts.join(', ')}`)
  }
  const unknown = problems.filter(problem => problem.unknownField === true)
  reportUnknown(served, unknown, call)
  const pruned = unknown.reduce<unknown>((value, problem) => without(value, problem.path), given)
  return { object: pruned as KubeObject, sound: problems.length === unknown.length }
}

/** Everything but unknown fields, which `checkStructure` has dealt with. */
export function schemaProblems(served: ServedKind, object: KubeObject): readonly FieldProblem[] {
  const schema = served.schema()
  if (schema === undefined) return []
  return checkSchema(schema, object, { strictNulls: served.custom }).filter(problem => problem.unknownField !== true)
}

function reportUnknown(served: ServedKind, unknown: readonly FieldProblem[], call: Call): void {
  if (unknown.length === 0 || call.fieldValidation === 'Ignore') return
  if (call.fieldValidation === 'Strict') {
    const texts = unknown.map(problem => problem.message).join(', ')
    throw badRequest(`${cannotBeHandled(served)}: strict decoding error: ${texts}`)
  }
  for (const problem of unknown) call.warn(problem.message)
}

function cannotBeHandled({ definition }: ServedKind): string {
  return `${definition.kind} in version ${JSON.stringify(definition.version)} cannot be handled as a ${definition.kind}`
}

function isWrongType(problem: FieldProblem): boolean {
  return problem.message.includes(' must be of type ') || problem.message.includes('quantities must match')
}

/** JSON has no undefined, and Go reads null into a typed field as if it were not there. Frozen parts were stored so. */
function dropAbsent(value: unknown, options: { readonly nulls: boolean }): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (Array.isArray(value)) {
    const items = value.map(item => dropAbsent(item, options))
    return items.every((item, index) => item === value[index]) ? value : items
  }
  let changed = false
  const kept: [string, unknown][] = []
  for (const [name, before] of Object.entries(value)) {
    const after = dropAbsent(before, options)
    if (after === undefined || (after === null && options.nulls)) changed = true
    else kept.push([name, after])
    if (after !== before) changed = true
  }
  return changed ? Object.fromEntries(kept) : value
}

/** `creationTimestamp: null` is what Go programs write for a time that is not set. */
function withoutNullMetadata(object: KubeObject): KubeObject {
  const entries = Object.entries(object.metadata).filter(([, value]) => value !== null)
  return entries.length === Object.keys(object.metadata).length
    ? object
    : { ...object, metadata: Object.fromEntries(entries) as unknown as KubeObject['metadata'] }
}

function without(value: unknown, [step, ...rest]: readonly (string | number)[]): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return value.map((item, index) => (index === step ? without(item, rest) : item))
  }
  const { [step]: child, ...others } = value as Readonly<Record<string | number, unknown>>
  return rest.length === 0 ? others : { ...value, [step]: without(child, rest) }
}
