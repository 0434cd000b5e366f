// Answers requests to `/api/v1/…` and `/apis/<group>/<version>/…`: one verb of one resource.
import type { ApiServer } from '../api-server.ts'
import { create } from '../rest/create.ts'
import { methodNotAllowed, noSuchResource } from '../rest/errors.ts'
import { get, list } from '../rest/read.ts'
import { remove } from '../rest/remove.ts'
import type { ServedKind } from '../rest/served-kinds.ts'
import { update } from '../rest/update.ts'
import { readBody } from './body.ts'
import { handleRemoveCollection, replyRemoval } from './delete-handler.ts'
import type { Exchange } from './exchange.ts'
import { replyList, replyObject } from './objects-reply.ts'
import { callOf, listRequestOf, removeOptionsOf } from './options.ts'
import { handlePatch } from './patch-handler.ts'
import { isTrue } from './query-value.ts'
import type { ResourcePath } from './resource-path.ts'
import { handleSubresource } from './subresources.ts'
import { verbOf } from './verb.ts'
import { handleVirtual, isVirtual } from './virtual-resources.ts'
import { replyWatch } from './watch-reply.ts'

export async function handleResource(api: ApiServer, exchange: Exchange, target: ResourcePath): Promise<void> {
  if (isVirtual(target)) return handleVirtual(api, exchange, target)
  const served = api.served(target)
  const { definition } = served
  if (target.name !== undefined && definition.namespaced && target.namespace === undefined) throw noSuchResource()
  if (!definition.namespaced && target.namespace !== undefined) throw noSuchResource()
  checkVerb(served, exchange, target)
  if (target.subresource !== undefined) return handleSubresource(api, exchange, { served, target })
  if (target.name === undefined) return handleCollection(api, exchange, { served, target })
  return handleObject(api, exchange, { served, target, name: target.name })
}

export interface Target {
  readonly served: ServedKind
  readonly target: ResourcePath
}

async function handleCollection(api: ApiServer, exchange: Exchange, { served, target }: Target): Promise<void> {
  const { query } = exchange
  const namespace = target.namespace === undefined ? {} : { namespace: target.namespace }
  switch (exchange.method) {
    case 'GET':
      if (isTrue(query.get('watch'))) {
        replyWatch(api, exchange, { served, pages: api.pages, ...namespace })
        return
      }
      replyList(exchange, list(api, served, { ...listRequestOf(query, target.namespace), pages: api.pages }), {
        served,
        now: api.now(),
      })
      return
    case 'POST': {
      const body = await readBody(exchange)
      const object = create(api, served, { body, call: callOf(exchange), ...namespace })
      replyObject(exchange, object, { served, now: api.now(), code: 201 })
      return
    }
    case 'DELETE':
      return handleRemoveCollection(api, exchange, { served, target })
    default:
      throw methodNotAllowed()
  }
}

async function handleObject(
  api: ApiServer,
  exchange: Exchange,
  { served, target, name }: Target & { readonly name: string },
): Promise<void> {
  const namespace = target.namespace === undefined ? {} : { namespace: target.namespace }
  const key = { name, ...namespace }
  const now = api.now()
  switch (exchange.method) {
    case 'GET':
      if (isTrue(exchange.query.get('watch'))) {
        replyWatch(api, exchange, { served, pages: api.pages, name, ...namespace })
        return
      }
      replyObject(exchange, get(api, served, key), { served, now, code: 200 })
      return
    case 'PUT': {
      const object = update(api, served, { key, body: await readBody(exchange), call: callOf(exchange) })
      replyObject(exchange, object, { served, now, code: 200 })
      return
    }
    case 'PATCH':
      return handlePatch(api, exchange, { served, key })
    case 'DELETE': {
      const options = removeOptionsOf(exchange, await readBody(exchange))
      const call = callOf(exchange)
      const removal = remove(api, served, { ...options, key, call: { ...call, dryRun: call.dryRun || options.dryRun } })
      replyRemoval(exchange, removal, { served, now })
      return
    }
    default:
      throw methodNotAllowed()
  }
}

/** A kind may be served with some verbs only. */
function checkVerb(served: ServedKind, exchange: Exchange, target: ResourcePath): void {
  const { verbs } = served.definition
  if (verbs === undefined || target.subresource !== undefined) return
  if (!verbs.includes(verbOf(exchange, target))) throw methodNotAllowed()
}
