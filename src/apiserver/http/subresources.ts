// Answers requests below one object: its status, scale, binding, logs and so on.
import { ApiError } from '../../objects/api-error.ts'
import type { KubeObject, ObjectKey } from '../../objects/object.ts'
import type { ApiServer } from '../api-server.ts'
import { issueServiceAccountToken } from '../auth/token-request.ts'
import { bindPod } from '../rest/binding.ts'
import { methodNotAllowed, noSuchResource } from '../rest/errors.ts'
import { evictPod } from '../rest/eviction.ts'
import { get } from '../rest/read.ts'
import { getScale, patchScale, updateScale } from '../rest/scale.ts'
import { update } from '../rest/update.ts'
import { readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { replyObject } from './objects-reply.ts'
import { callOf } from './options.ts'
import { handlePatch, readPatch } from './patch-handler.ts'
import { replyLogs } from './pod-logs.ts'
import { replyJson } from './reply.ts'
import type { Target } from './resource-handler.ts'

interface Subject extends Target {
  readonly key: ObjectKey
}

type Answer = (api: ApiServer, exchange: Exchange, subject: Subject) => Promise<void>

/** By `<collection>/<subresource>`; status and scale are the same for every kind that has them. */
const own: Readonly<Record<string, Answer>> = {
  'namespaces/finalize': async (api, exchange, subject) => {
    if (exchange.method !== 'PUT') throw methodNotAllowed()
    await answerUpdate(api, exchange, { ...subject, subresource: 'finalize' })
  },
  'pods/binding': async (api, exchange, { key }) => {
    if (exchange.method !== 'POST') throw methodNotAllowed()
    replyJson(
      exchange,
      201,
      JSON.stringify(bindPod(api, { key, body: await readBody(exchange), call: callOf(exchange) })),
    )
  },
  'pods/eviction': async (api, exchange, { key }) => {
    if (exchange.method !== 'POST') throw methodNotAllowed()
    replyJson(
      exchange,
      201,
      JSON.stringify(evictPod(api, { key, body: await readBody(exchange), call: callOf(exchange) })),
    )
  },
  'pods/log': async (api, exchange, { key }) => {
    if (exchange.method !== 'GET') throw methodNotAllowed()
    await replyLogs(api, exchange, key)
  },
  'pods/ephemeralcontainers': async () => {
    throw new ApiError(
      422,
      'Invalid',
      'ephemeral containers are not possible here: the pods of this lab are network namespaces, use kubectl exec or fairway exec instead',
    )
  },
  'serviceaccounts/token': async (api, exchange, { key }) => {
    if (exchange.method !== 'POST') throw methodNotAllowed()
    replyJson(exchange, 201, JSON.stringify(issueServiceAccountToken(api, { key, body: await readBody(exchange) })))
  },
}

const upgrades = new Set(['pods/exec', 'pods/attach', 'pods/portforward'])

export async function handleSubresource(api: ApiServer, exchange: Exchange, { served, target }: Target): Promise<void> {
  const { namespace, name = '', subresource = '' } = target
  const key = { name, ...(namespace === undefined ? {} : { namespace }) }
  const subject = { served, target, key }
  if (subresource === 'status' && served.definition.hasStatus) return answerStatus(api, exchange, subject)
  if (subresource === 'scale' && served.definition.scale !== undefined) return answerScale(api, exchange, subject)
  const path = `${served.collection}/${subresource}`
  if (upgrades.has(path)) throw new ApiError(400, 'BadRequest', 'Upgrade request required')
  const answer = own[path]
  if (answer === undefined) throw noSuchResource()
  await answer(api, exchange, subject)
}

async function answerStatus(api: ApiServer, exchange: Exchange, subject: Subject): Promise<void> {
  const { served, key } = subject
  switch (exchange.method) {
    case 'GET':
      replyObject(exchange, get(api, served, key), { served, now: api.now(), code: 200 })
      return
    case 'PUT':
      return answerUpdate(api, exchange, { ...subject, subresource: 'status' })
    case 'PATCH':
      return handlePatch(api, exchange, { served, key, subresource: 'status' })
    default:
      throw methodNotAllowed()
  }
}

async function answerUpdate(
  api: ApiServer,
  exchange: Exchange,
  { served, key, subresource }: Subject & { readonly subresource: 'status' | 'finalize' },
): Promise<void> {
  const object = update(api, served, { key, body: await readBody(exchange), call: callOf(exchange), subresource })
  replyObject(exchange, object, { served, now: api.now(), code: 200 })
}

async function answerScale(api: ApiServer, exchange: Exchange, { served, key }: Subject): Promise<void> {
  const answer = (scale: KubeObject) => replyJson(exchange, 200, JSON.stringify(scale))
  switch (exchange.method) {
    case 'GET':
      answer(getScale(api, served, key))
      return
    case 'PUT':
      answer(updateScale(api, served, { key, body: await readBody(exchange), call: callOf(exchange) }))
      return
    case 'PATCH':
      answer(patchScale(api, served, { key, body: await readPatch(exchange), call: callOf(exchange) }))
      return
    default:
      throw methodNotAllowed()
  }
}
