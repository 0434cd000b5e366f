// Answers DELETE: with a Status when the object is gone, with the object while it is going.
import type { ApiServer } from '../api-server.ts'
import { list } from '../rest/read.ts'
import { type Removal, remove } from '../rest/remove.ts'
import { readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { type Presentation, replyList, replyObject } from './objects-reply.ts'
import { callOf, listRequestOf, removeOptionsOf } from './options.ts'
import { replyJson } from './reply.ts'
import type { Target } from './resource-handler.ts'

export function replyRemoval(exchange: Exchange, removal: Removal, options: Presentation): void {
  if (removal.kind === 'going') {
    replyObject(exchange, removal.object, { ...options, code: 200 })
    return
  }
  const { group, plural } = options.served.definition
  const { name, uid } = removal.object.metadata
  const details = { name, ...(group === '' ? {} : { group }), kind: plural, uid }
  replyJson(
    exchange,
    200,
    JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }),
  )
}

export async function handleRemoveCollection(
  api: ApiServer,
  exchange: Exchange,
  { served, target }: Target,
): Promise<void> {
  const options = removeOptionsOf(exchange, await readBody(exchange))
  const call = callOf(exchange)
  const dryRun = call.dryRun || options.dryRun
  const selected = list(api, served, { ...listRequestOf(exchange.query, target.namespace), pages: api.pages })
  for (const { metadata } of selected.items) {
    const namespace = metadata.namespace === undefined ? {} : { namespace: metadata.namespace }
    remove(api, served, { ...options, key: { name: metadata.name, ...namespace }, call: { ...call, dryRun } })
  }
  replyList(exchange, selected, { served, now: api.now() })
}
