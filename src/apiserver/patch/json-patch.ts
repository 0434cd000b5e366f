// What does an object look like after a JSON patch (RFC 6902)?
import { ApiError } from '../../objects/api-error.ts'
import { sameJson } from '../../objects/same.ts'
import { isMap } from './json.ts'
import { type Change, changeAt, parsePointer, valueAt } from './json-pointer.ts'

/** As upstream: more is refused before any work is done. */
const maxOperations = 10_000

/**
 * Throws `ApiError`: 400 for a body that is no JSON patch, 413 for too many operations, 422 for one that cannot be
 * done here. The message of the 422 is upstream's; its cause names the operation.
 */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('json: cannot unmarshal a JSON patch: expected a list of operations')
  if (patch.length > maxOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`
    throw new ApiError(413, 'RequestEntityTooLarge', message)
  }
  let result = document
  for (const [index, operation] of patch.entries()) {
    if (!isMap(operation)) throw badRequest(`JSON patch: operation ${index} is not an object`)
    const outcome = applyOperation(result, readOperation(operation, index))
    if ('failure' in outcome) throw failed(index, outcome.failure)
    result = outcome.document
  }
  return result
}

interface Operation {
  readonly op: string
  readonly path: string
  readonly pointer: readonly string[]
  readonly from: string
  readonly fromPointer: readonly string[]
  readonly value: unknown
}

function readOperation(operation: Readonly<Record<string, unknown>>, index: number): Operation {
  const { op, path, from, value } = operation
  if (typeof op !== 'string') throw badRequest(`JSON patch: operation ${index} has no "op"`)
  if (typeof path !== 'string') throw badRequest(`JSON patch: operation ${index} (${op}) has no "path"`)
  const pointer = parsePointer(path)
  if (pointer === undefined)
    throw badRequest(`JSON patch: operation ${index} (${op}): invalid path ${JSON.stringify(path)}`)
  const needsFrom = op === 'move' || op === 'copy'
  if (needsFrom && typeof from !== 'string') throw badRequest(`JSON patch: operation ${index} (${op}) has no "from"`)
  const fromPointer = typeof from === 'string' ? parsePointer(from) : []
  if (fromPointer === undefined)
    throw badRequest(`JSON patch: operation ${index} (${op}): invalid from ${JSON.stringify(from)}`)
  if ((op === 'add' || op === 'replace' || op === 'test') && value === undefined) {
    throw badRequest(`JSON patch: operation ${index} (${op}) has no "value"`)
  }
  return { op, path, pointer, from: typeof from === 'string' ? from : '', fromPointer, value }
}

type Outcome = { readonly document: unknown } | { readonly failure: string }

function applyOperation(document: unknown, operation: Operation): Outcome {
  const { op, path, pointer, from, fromPointer, value } = operation
  const change = (target: unknown, change: Change): Outcome =>
    changeAt(target, pointer, change) ?? {
      failure: `${op} operation does not apply: doc is missing path: "${path}": missing value`,
    }
  switch (op) {
    case 'add':
      return change(document, { kind: 'insert', value })
    case 'replace':
      return change(document, { kind: 'replace', value })
    case 'remove':
      return change(document, { kind: 'remove' })
    case 'test': {
      // Upstream takes a place that does not exist as null.
      const found = valueAt(document, pointer) ?? null
      return sameJson(found, value) ? { document } : { failure: `testing value ${path} failed: test failed` }
    }
    case 'copy':
    case 'move': {
      const source = valueAt(document, fromPointer)
      if (source === undefined) {
        return { failure: `${op} operation does not apply: doc is missing from path: "${from}": missing value` }
      }
      if (op === 'copy') return change(document, { kind: 'insert', value: source })
      // RFC 6902 §4.4: the source must not contain the target.
      if (path.startsWith(`${from}/`))
        return { failure: `move operation does not apply: "${path}" lies inside "${from}"` }
      const removed = changeAt(document, fromPointer, { kind: 'remove' })
      return change(removed?.document, { kind: 'insert', value: source })
    }
    default:
      return { failure: `Unexpected kind: ${op}` }
  }
}

function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

function failed(index: number, failure: string): ApiError {
  const causes = [{ reason: 'FieldValueInvalid', field: `patch[${index}]`, message: failure }]
  const message = 'the server rejected our request due to an error in our request'
  return new ApiError(422, 'Invalid', message, { details: { causes } })
}
