// Reads the four kinds of PATCH by their content type, and answers them.
import { ApiError } from '../../objects/api-error.ts'
import type { ObjectKey } from '../../objects/object.ts'
import type { ApiServer } from '../api-server.ts'
import { badRequest } from '../rest/errors.ts'
import { type PatchBody, patch } from '../rest/patch.ts'
import type { ServedKind } from '../rest/served-kinds.ts'
import { contentType, readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { replyObject } from './objects-reply.ts'
import { callOf } from './options.ts'
import { isTrue } from './query-value.ts'

export interface PatchTarget {
  readonly served: ServedKind
  readonly key: ObjectKey
  readonly subresource?: 'status'
}

export async function handlePatch(api: ApiServer, exchange: Exchange, target: PatchTarget): Promise<void> {
  const { served } = target
  const body = await readPatch(exchange)
  const { object, created } = patch(api, served, { ...target, body, call: callOf(exchange) })
  replyObject(exchange, object, { served, now: api.now(), code: created ? 201 : 200 })
}

const types: Readonly<Record<string, PatchBody['type']>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
}

export async function readPatch(exchange: Exchange): Promise<PatchBody> {
  const type = types[contentType(exchange)]
  if (type === undefined) {
    throw new ApiError(
      415,
      'UnsupportedMediaType',
      `the body of the request was in an unknown format - accepted media types include: ${Object.keys(types).join(', ')}`,
    )
  }
  const body = await readBody(exchange)
  if (type === 'json') {
    if (!Array.isArray(body)) throw badRequest('a JSON patch is a list of operations')
    return { type, patch: body }
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw badRequest('a patch is a JSON object')
  if (type !== 'apply') return { type, patch: body }
  if (!exchange.query.get('fieldManager')) {
    throw new ApiError(
      422,
      'Invalid',
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    )
  }
  return { type, patch: body, force: isTrue(exchange.query.get('force')) }
}
