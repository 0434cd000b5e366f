// The way of every HTTP request: who asks, may they, and which part of the server answers.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { ApiServer } from '../api-server.ts'
import { authenticate } from '../auth/authenticate.ts'
import { authorize } from '../auth/authorize.ts'
import type { User } from '../rest/api.ts'
import { noSuchResource } from '../rest/errors.ts'
import type { Exchange } from './exchange.ts'
import { nonResourceRoutes } from './non-resource-routes.ts'
import { replyError } from './reply.ts'
import { handleResource } from './resource-handler.ts'
import { parseResourcePath, type ResourcePath } from './resource-path.ts'
import { isVirtual } from './virtual-resources.ts'

export interface HandlerOptions {
  /** Who a request is from that shows neither certificate nor token; anonymous when absent. */
  readonly assume?: User
}

export function requestHandler(api: ApiServer, options: HandlerOptions = {}): RequestListener {
  return (request, response) => {
    const exchange = exchangeOf(request, response)
    // Every failure becomes a Status; nothing is left that could reject.
    void serve(api, exchange, options).catch(error => replyError(exchange, error))
  }
}

async function serve(api: ApiServer, exchange: MutableExchange, options: HandlerOptions): Promise<void> {
  const started = performance.now()
  const { request, response, path } = exchange
  const target = parseResourcePath(path)
  const watching = exchange.query.get('watch') !== null && exchange.method === 'GET'
  response.once('finish', () => {
    api.metrics.count({
      method: watching ? 'WATCH' : exchange.method,
      resource: servedPlural(api, target),
      code: response.statusCode,
      seconds: (performance.now() - started) / 1000,
    })
  })
  exchange.user = authenticate(api, request, options.assume)
  authorize(exchange.user, {
    method: exchange.method,
    path,
    query: exchange.query,
    ...(target === undefined ? {} : { target }),
  })
  if (target !== undefined) return handleResource(api, exchange, target)
  const route = nonResourceRoutes.find(candidate => candidate.matches(path))
  if (route === undefined) throw noSuchResource()
  await route.answer(api, exchange)
}

/** Only names that are served: whoever asks for others must not make the metrics grow. */
function servedPlural(api: ApiServer, target: ResourcePath | undefined): string {
  if (target === undefined) return 'none'
  const { group, version, plural } = target
  return isVirtual(target) || api.kinds.find(group, version, plural) !== undefined ? plural : 'none'
}

export type MutableExchange = { -readonly [K in keyof Exchange]: Exchange[K] }

export function exchangeOf(request: IncomingMessage, response: ServerResponse): MutableExchange {
  const url = request.url ?? '/'
  const question = url.indexOf('?')
  return {
    request,
    response,
    method: request.method ?? 'GET',
    path: question < 0 ? url : url.slice(0, question),
    query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
    user: { name: '', groups: [] },
    warnings: [],
  }
}
