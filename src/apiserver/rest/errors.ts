// How the API words its refusals, as upstream does: scripts and kubectl read these texts.
import { ApiError, type StatusCause } from '../../objects/api-error.ts'
import type { FieldProblem } from '../../objects/kind.ts'
import { resourceName } from '../../objects/kind.ts'
import { fieldText } from '../../objects/problems.ts'

interface Named {
  readonly group: string
  readonly kind: string
  readonly plural: string
}

export function notFound(kind: Named, name: string): ApiError {
  const details = { name, group: kind.group, kind: kind.plural }
  return new ApiError(404, 'NotFound', `${resourceName(kind)} ${quote(name)} not found`, { details })
}

/** The path leads to no resource at all. */
export function noSuchResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource')
}

export function alreadyExists(kind: Named, name: string): ApiError {
  const details = { name, group: kind.group, kind: kind.plural }
  return new ApiError(409, 'AlreadyExists', `${resourceName(kind)} ${quote(name)} already exists`, { details })
}

export function conflict(kind: Named, name: string, why: string): ApiError {
  const details = { name, group: kind.group, kind: kind.plural }
  const message = `Operation cannot be fulfilled on ${resourceName(kind)} ${quote(name)}: ${why}`
  return new ApiError(409, 'Conflict', message, { details })
}

export const modifiedMeanwhile =
  'the object has been modified; please apply your changes to the latest version and try again'

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

export function forbidden(kind: Named, name: string, why: string, causes: readonly StatusCause[] = []): ApiError {
  const message = `${resourceName(kind)} ${quote(name)} is forbidden: ${why}`
  const details = { name, group: kind.group, kind: kind.plural, ...(causes.length === 0 ? {} : { causes }) }
  return new ApiError(403, 'Forbidden', message, { details })
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')
}

/** 422 with one cause per problem; warnings among them are left out. */
export function invalid(kind: Named, name: string, problems: readonly FieldProblem[]): ApiError {
  const texts: string[] = []
  const causes: StatusCause[] = []
  for (const problem of problems) {
    if (problem.severity !== 'error') continue
    const field = fieldText(problem.path) || '<nil>'
    texts.push(`${field}: ${problem.message}`)
    causes.push({ reason: reasonOf(problem.message), message: problem.message, field })
  }
  const subject = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const details = { name, group: kind.group, kind: kind.kind, causes }
  return new ApiError(422, 'Invalid', `${subject} ${quote(name)} is invalid: ${list}`, { details })
}

const reasons: readonly (readonly [prefix: string, reason: string])[] = [
  ['Required value', 'FieldValueRequired'],
  ['Duplicate value', 'FieldValueDuplicate'],
  ['Unsupported value', 'FieldValueNotSupported'],
  ['Forbidden', 'FieldValueForbidden'],
  ['Too long', 'FieldValueTooLong'],
  ['Too many', 'FieldValueTooMany'],
  ['Not found', 'FieldValueNotFound'],
]

function reasonOf(message: string): string {
  return reasons.find(([prefix]) => message.startsWith(prefix))?.[1] ?? 'FieldValueInvalid'
}

function quote(text: string): string {
  return JSON.stringify(text)
}
