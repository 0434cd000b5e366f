// Answers the POST of resources that are not kept.
import { apiVersionOf } from '../../objects/kind.ts'
import type { ApiServer } from '../api-server.ts'
import { type Review, reviewAccess, reviewOwnAccess, reviewOwnRules, reviewSelf, reviewToken } from '../auth/reviews.ts'
import { timestamp } from '../rest/api.ts'
import { bindPod } from '../rest/binding.ts'
import { badRequest, methodNotAllowed } from '../rest/errors.ts'
import { type VirtualPlural, virtualKinds } from '../rest/virtual-kinds.ts'
import { readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { callOf } from './options.ts'
import { replyJson } from './reply.ts'
import type { ResourcePath } from './resource-path.ts'

const reviews: Readonly<Record<Exclude<VirtualPlural, 'bindings'>, Review>> = {
  selfsubjectreviews: reviewSelf,
  tokenreviews: reviewToken,
  localsubjectaccessreviews: reviewAccess,
  selfsubjectaccessreviews: reviewOwnAccess,
  selfsubjectrulesreviews: reviewOwnRules,
  subjectaccessreviews: reviewAccess,
}

function find(target: ResourcePath) {
  return virtualKinds.find(
    kind => kind.plural === target.plural && kind.group === target.group && kind.version === target.version,
  )
}

export function isVirtual(target: ResourcePath): boolean {
  return find(target) !== undefined
}

export async function handleVirtual(api: ApiServer, exchange: Exchange, target: ResourcePath): Promise<void> {
  const kind = find(target)
  if (kind === undefined || exchange.method !== 'POST' || target.name !== undefined) throw methodNotAllowed()
  const body = await readBody(exchange)
  if (typeof body !== 'object' || body === null) throw badRequest(`${kind.kind}: the body is no JSON object`)
  if (kind.plural === 'bindings') {
    const name = (body as { metadata?: { name?: unknown } }).metadata?.name
    const key = { namespace: target.namespace ?? '', name: typeof name === 'string' ? name : '' }
    replyJson(exchange, 201, JSON.stringify(bindPod(api, { key, body, call: callOf(exchange) })))
    return
  }
  const given = body as Readonly<Record<string, unknown>>
  const status = reviews[kind.plural](api, { user: exchange.user, body: given })
  const apiVersion = apiVersionOf(kind.group, kind.version)
  const metadata = { ...(given.metadata as object | undefined), creationTimestamp: timestamp(api) }
  const spec = given.spec === undefined ? {} : { spec: given.spec }
  replyJson(exchange, 201, JSON.stringify({ kind: kind.kind, apiVersion, metadata, ...spec, status }))
}
