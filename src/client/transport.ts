// How does one request reach the API server and come back: TLS, credentials, and failures as ApiError?
import { type IncomingMessage, request as plainRequest, type RequestOptions } from 'node:http'
import { Agent, request as secureRequest } from 'node:https'
import { ApiError, type ApiReason, type StatusDetails } from '../objects/api-error.ts'
import type { Proof, ProofSource } from './credentials.ts'
import type { Cluster } from './kubeconfig.ts'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With its query. */
  readonly path: string
  readonly body?: { readonly contentType: string; readonly value: unknown }
  readonly signal?: AbortSignal
}

export interface Transport {
  /** The parsed answer. */
  call(call: Call): Promise<unknown>
  /** The answer's lines as they come; ends when the server or the signal ends it. */
  lines(call: Call): AsyncIterable<string>
  close(): void
}

const userAgent = 'fairway'
const connectTimeoutMs = 10_000

export function createTransport(cluster: Cluster, proofs: ProofSource): Transport {
  const isSecure = cluster.server.startsWith('https:')
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })

  const send = async (call: Call, proof: Proof): Promise<IncomingMessage> => {
    const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body.value))
    const options: RequestOptions & { servername?: string } = {
      method: call.method,
      headers: {
        accept: 'application/json',
        'user-agent': userAgent,
        ...(proof.authorization === undefined ? {} : { authorization: proof.authorization }),
        ...(body === undefined ? {} : { 'content-type': call.body?.contentType, 'content-length': body.length }),
      },
      ...(call.signal === undefined ? {} : { signal: call.signal }),
    }
    const secure = {
      agent,
      rejectUnauthorized: !cluster.skipsVerification,
      ...(cluster.certificateAuthority === undefined ? {} : { ca: cluster.certificateAuthority }),
      ...(cluster.serverName === undefined ? {} : { servername: cluster.serverName }),
      ...(proof.certificate === undefined || proof.key === undefined
        ? {}
        : { cert: proof.certificate, key: proof.key }),
    }
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
    const url = `${cluster.server}${call.path}`
    const request = isSecure ? secureRequest(url, { ...options, ...secure }) : plainRequest(url, options)
    // Only the connection has a limit: a watch may rightly be silent for minutes.
    const timer = setTimeout(
      () => request.destroy(new Error(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    )
    request.once('socket', socket => {
      const connected = () => clearTimeout(timer)
      if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', connected)
      else connected()
    })
    request.once('response', resolve)
    request.once('error', reject)
    request.once('close', () => clearTimeout(timer))
    request.end(body)
    return promise
  }

  /** The response of a success; everything else rejects with ApiError. */
  const exchange = async (call: Call): Promise<IncomingMessage> => {
    for (let attempt = 1; ; attempt++) {
      const proof = await proofs.current().catch((cause: unknown) => {
        throw new ApiError(401, 'Unauthorized', cause instanceof Error ? cause.message : String(cause), { cause })
      })
      let response: IncomingMessage
      try {
        response = await send(call, proof)
      } catch (cause) {
        throw unreachable(cluster, cause)
      }
      const code = response.statusCode ?? 0
      if (code >= 200 && code < 300) return response
      const text = await textOf(response)
      // A token may have been rotated under us: one more try with a fresh one.
      if (code === 401 && attempt === 1) {
        proofs.forget()
        continue
      }
      throw errorOf(code, text, call)
    }
  }

  return {
    async call(call) {
      const response = await exchange(call)
      let text: string
      try {
        text = await textOf(response)
      } catch (cause) {
        throw unreachable(cluster, cause)
      }
      return text === '' ? undefined : parseJson(text, call)
    },
    async *lines(call) {
      const response = await exchange(call)
      response.setEncoding('utf8')
      let rest = ''
      try {
        for await (const chunk of response as AsyncIterable<string>) {
          rest += chunk
          for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
            const line = rest.slice(0, end)
            rest = rest.slice(end + 1)
            if (line.trim() !== '') yield line
          }
        }
      } catch (error) {
        // The line was cut: what came is good, and the caller resumes from there.
        if (!isNetworkError(error)) throw error
      } finally {
        response.destroy()
      }
    },
    close: () => agent.destroy(),
  }
}

/** From a Status body, or from the bare code when a proxy in between has answered. */
export function errorOf(code: number, text: string, call: Pick<Call, 'method' | 'path'>): ApiError {
  const status = statusOf(text)
  if (status !== undefined) {
    const { reason, message = `${call.method} ${call.path}: HTTP ${code}`, details } = status
    return new ApiError(
      status.code ?? code,
      reason ?? reasonOf(code),
      message,
      details === undefined ? {} : { details },
    )
  }
  const said = text.trim().slice(0, 200)
  return new ApiError(
    code,
    reasonOf(code),
    `${call.method} ${call.path}: HTTP ${code}${said === '' ? '' : `: ${said}`}`,
  )
}

interface StatusBody {
  readonly kind?: string
  readonly code?: number
  readonly reason?: ApiReason
  readonly message?: string
  readonly details?: StatusDetails
}

function statusOf(text: string): StatusBody | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return undefined
    const status = parsed as StatusBody
    return status.kind === 'Status' ? status : undefined
  } catch {
    // Not JSON: no Kubernetes API server wrote this.
    return undefined
  }
}

function reasonOf(code: number): ApiReason {
  const reasons: Readonly<Record<number, ApiReason>> = {
    400: 'BadRequest',
    401: 'Unauthorized',
    403: 'Forbidden',
    404: 'NotFound',
    405: 'MethodNotAllowed',
    406: 'NotAcceptable',
    409: 'Conflict',
    410: 'Expired',
    413: 'RequestEntityTooLarge',
    415: 'UnsupportedMediaType',
    422: 'Invalid',
    429: 'TooManyRequests',
    503: 'ServiceUnavailable',
    504: 'Timeout',
    507: 'InsufficientStorage',
  }
  return reasons[code] ?? (code >= 500 ? 'InternalError' : 'BadRequest')
}

function unreachable(cluster: Cluster, cause: unknown): ApiError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ApiError(503, 'ServiceUnavailable', `cannot reach the API server ${cluster.server}: ${why}`, { cause })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

function parseJson(text: string, call: Call): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new ApiError(500, 'InternalError', `${call.method} ${call.path}: the answer is not JSON`, { cause })
  }
}

/** Node's errors of sockets and streams carry a code; ours do not. */
function isNetworkError(error: unknown): boolean {
  return error instanceof Error && ('code' in error || error.name === 'AbortError')
}
