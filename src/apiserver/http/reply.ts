// How answers are written: JSON or YAML, compressed when that pays, refusals as Status objects.
import { gzip } from 'node:zlib'
import { stringify } from 'yaml'
import { ApiError } from '../../objects/api-error.ts'
import type { Exchange } from './exchange.ts'
import type { Form } from './negotiate.ts'

/** Upstream compresses from this size on. */
const gzipFromBytes = 128 * 1024

export function replyJson(exchange: Exchange, code: number, text: string): void {
  reply(exchange, { code, type: 'application/json', text })
}

export function replyIn(
  exchange: Exchange,
  form: Form,
  answer: { readonly code: number; readonly json: string },
): void {
  if (form.encoding === 'json') replyJson(exchange, answer.code, answer.json)
  else
    reply(exchange, {
      code: answer.code,
      type: 'application/yaml',
      text: stringify(JSON.parse(answer.json), { lineWidth: 0 }),
    })
}

export function replyText(exchange: Exchange, code: number, text: string): void {
  reply(exchange, { code, type: 'text/plain; charset=utf-8', text })
}

export interface Answer {
  readonly code: number
  readonly type: string
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

export function reply(exchange: Exchange, answer: Answer): void {
  const { response } = exchange
  if (response.headersSent || response.destroyed) return
  const body = Buffer.from(answer.text, 'utf8')
  const headers: Record<string, string | string[]> = {
    'Content-Type': answer.type,
    'Cache-Control': 'no-cache, private',
    ...answer.headers,
    ...warningHeader(exchange.warnings),
  }
  if (!wantsGzip(exchange, body.length)) {
    response.writeHead(answer.code, { ...headers, 'Content-Length': body.length })
    response.end(body)
    return
  }
  gzip(body, { level: 1 }, (error, packed) => {
    if (error !== null) response.destroy(error)
    else {
      response.writeHead(answer.code, {
        ...headers,
        'Content-Encoding': 'gzip',
        Vary: 'Accept-Encoding',
        'Content-Length': packed.length,
      })
      response.end(packed)
    }
  })
}

/** On loopback the bytes cost less than the packing. */
function wantsGzip({ request }: Exchange, size: number): boolean {
  if (size < gzipFromBytes || !/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) return false
  const peer = request.socket.remoteAddress
  return peer !== undefined && !/^(::ffff:)?127\.|^::1$/.test(peer)
}

function warningHeader(warnings: readonly string[]): Record<string, string[]> {
  if (warnings.length === 0) return {}
  // 299 is "miscellaneous persistent warning"; header values hold no control characters and nothing beyond Latin-1.
  const texts = warnings.map(text => text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&'))
  return { Warning: texts.map(text => `299 - "${text}"`) }
}

export function replyError(exchange: Exchange, error: unknown): void {
  const refusal =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'InternalError',
          `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
        )
  const retryAfter = refusal.details?.retryAfterSeconds
  reply(exchange, {
    code: refusal.code,
    type: 'application/json',
    text: JSON.stringify(statusOf(refusal)),
    ...(retryAfter === undefined ? {} : { headers: { 'Retry-After': String(retryAfter) } }),
  })
}

export function statusOf(error: ApiError): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    reason: error.reason,
    ...(error.details === undefined ? {} : { details: error.details }),
    code: error.code,
  }
}
