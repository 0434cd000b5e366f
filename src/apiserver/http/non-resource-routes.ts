// Paths that are about the server itself: health, version, discovery, OpenAPI, metrics.
import type { ApiServer } from '../api-server.ts'
import { replyDiscovery } from '../discovery/discovery-reply.ts'
import { replyOpenApi } from '../openapi/openapi-reply.ts'
import { version } from '../version.ts'
import type { Exchange } from './exchange.ts'
import { reply, replyJson, replyText } from './reply.ts'

export interface Route {
  matches(path: string): boolean
  answer(api: ApiServer, exchange: Exchange): void | Promise<void>
}

/** The server is ready as soon as it listens: the store was read before. */
function replyHealth(_api: ApiServer, exchange: Exchange): void {
  const name = exchange.path.split('/')[1] ?? 'healthz'
  replyText(exchange, 200, exchange.query.has('verbose') ? `[+]ping ok\n${name} check passed\n` : 'ok')
}

export const nonResourceRoutes: readonly Route[] = [
  { matches: path => /^\/apis?(\/[^/]*){0,2}\/?$/.test(path), answer: replyDiscovery },
  {
    matches: path => path === '/version' || path === '/version/',
    answer: (_api, exchange) => replyJson(exchange, 200, JSON.stringify(version)),
  },
  { matches: path => /^\/(healthz|livez|readyz)(\/|$)/.test(path), answer: replyHealth },
  { matches: path => path.startsWith('/openapi/'), answer: replyOpenApi },
  {
    matches: path => path === '/metrics',
    answer: (api, exchange) =>
      reply(exchange, {
        code: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
        text: api.metrics.text(api.store),
      }),
  },
]
