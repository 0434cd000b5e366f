// Does a container answer its probe right now? Asked for real, over a connection from the node.
import { request as httpRequest } from 'node:http'
import { connect as http2Connect } from 'node:http2'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ExecOptions, ExecSession } from '../../../apiserver/pod-streams.ts'
import type { HookSpec, ProbeSpec } from '../pod-types.ts'
import { collectOutput } from './collect-output.ts'

export type ProbeResult = { readonly ok: true } | { readonly ok: false; readonly why: string }

export interface ProbeTarget {
  /** The pod's first address; the node's for a host-network pod. */
  readonly address: string
  readonly ports: readonly { readonly name?: string; readonly containerPort: number }[]
  /** A TCP connection made from the node. */
  connect(address: string, port: number): Socket
  exec(options: ExecOptions): Promise<ExecSession>
}

export type Check =
  | Pick<ProbeSpec, 'exec' | 'grpc' | 'httpGet' | 'tcpSocket'>
  | Pick<HookSpec, 'exec' | 'httpGet' | 'tcpSocket'>

/** Longest part of an answer that is kept for the message. */
const keptBytes = 10_240
const userAgent = 'kube-probe/1.34'

/** Resolves within `timeoutMs`; never rejects. The words of a failure are the kubelet's. */
export async function runProbe(check: Check, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  try {
    if (check.exec !== undefined) return await execProbe(check.exec.command ?? [], target, timeoutMs)
    if (check.httpGet !== undefined) return await httpProbe(check.httpGet, target, timeoutMs)
    if (check.tcpSocket !== undefined) return await tcpProbe(check.tcpSocket, target, timeoutMs)
    if ('grpc' in check && check.grpc !== undefined) return await grpcProbe(check.grpc, target, timeoutMs)
    return { ok: false, why: 'missing probe handler' }
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) }
  }
}

type HttpGet = NonNullable<ProbeSpec['httpGet']>
type TcpSocket = NonNullable<ProbeSpec['tcpSocket']>
type Grpc = NonNullable<ProbeSpec['grpc']>

function httpProbe(get: HttpGet, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const port = portOf(get.port, target)
  const address = get.host === undefined || get.host === '' ? target.address : get.host
  const path = (get.path ?? '/').startsWith('/') ? (get.path ?? '/') : `/${get.path}`
  const { promise, resolve } = Promise.withResolvers<ProbeResult>()
  const isSecure = get.scheme === 'HTTPS'
  const headers: Record<string, string | string[]> = {}
  for (const { name, value } of get.httpHeaders ?? []) headers[name] = [...[headers[name] ?? []].flat(), value]
  const given = new Set(Object.keys(headers).map(name => name.toLowerCase()))
  if (!given.has('user-agent')) headers['User-Agent'] = userAgent
  if (!given.has('accept')) headers.Accept = '*/*'
  if (!given.has('host')) headers.Host = `${address.includes(':') ? `[${address}]` : address}:${port}`
  headers.Connection = 'close'
  const url = `${isSecure ? 'https' : 'http'}://${headers.Host}${path}`
  const socket = target.connect(address, port)
  const timer = setTimeout(() => {
    finish({
      ok: false,
      why: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    })
  }, timeoutMs)
  const finish = (result: ProbeResult) => {
    clearTimeout(timer)
    request.destroy()
    socket.destroy()
    resolve(result)
  }
  const failed = (error: Error) => finish({ ok: false, why: `Get "${url}": ${dialError(error, address, port)}` })
  socket.on('error', failed)
  const request = httpRequest({
    path,
    headers,
    // No `agent`: with one, even `false`, Node makes a connection of its own and never calls this.
    // The kubelet does not verify certificates either: a pod's address is in none.
    createConnection: () => (isSecure ? connectTls({ socket, rejectUnauthorized: false }) : socket),
  })
  request.on('error', failed)
  request.on('response', response => {
    const status = response.statusCode ?? 0
    if (status >= 200 && status < 400) finish({ ok: true })
    else finish({ ok: false, why: `HTTP probe failed with statuscode: ${status}` })
  })
  request.end()
  return promise
}

function tcpProbe({ port: name, host }: TcpSocket, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const port = portOf(name, target)
  const address = host === undefined || host === '' ? target.address : host
  const { promise, resolve } = Promise.withResolvers<ProbeResult>()
  const socket = target.connect(address, port)
  const finish = (result: ProbeResult) => {
    clearTimeout(timer)
    socket.destroy()
    resolve(result)
  }
  const timer = setTimeout(() => finish({ ok: false, why: `dial tcp ${address}:${port}: i/o timeout` }), timeoutMs)
  socket.once('connect', () => finish({ ok: true }))
  socket.on('error', error => finish({ ok: false, why: dialError(error, address, port) }))
  return promise
}

async function execProbe(command: readonly string[], target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const session = await target.exec({ command, tty: false, stdin: false })
  const output = collectOutput(session, keptBytes)
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    session.kill()
  }, timeoutMs)
  const exit = await session.exit
  clearTimeout(timer)
  if (timedOut)
    return {
      ok: false,
      why: `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${timeoutMs / 1000}s`,
    }
  if ('failed' in exit) return { ok: false, why: exit.failed }
  return exit.code === 0 ? { ok: true } : { ok: false, why: output().trim() || `command exited with ${exit.code}` }
}

/** The gRPC health protocol over cleartext HTTP/2; status 1 means SERVING. */
function grpcProbe({ port, service = '' }: Grpc, target: ProbeTarget, timeoutMs: number): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>()
  const where = `${target.address}:${port}`
  const socket = target.connect(target.address, port)
  const session = http2Connect(
    `http://${target.address.includes(':') ? `[${target.address}]` : target.address}:${port}`,
    {
      createConnection: () => socket,
    },
  )
  const finish = (result: ProbeResult) => {
    clearTimeout(timer)
    session.destroy()
    socket.destroy()
    resolve(result)
  }
  const timer = setTimeout(() => {
    finish({
      ok: false,
      why: `timeout: failed to connect service "${where}" within ${timeoutMs / 1000}s: context deadline exceeded`,
    })
  }, timeoutMs)
  const failed = (error: Error) =>
    finish({ ok: false, why: `error: this server does not answer the grpc health check: ${error.message}` })
  session.on('error', failed)
  socket.on('error', error => finish({ ok: false, why: dialError(error, target.address, port) }))
  const stream = session.request({
    ':method': 'POST',
    ':path': '/grpc.health.v1.Health/Check',
    'content-type': 'application/grpc',
    'user-agent': userAgent,
    te: 'trailers',
  })
  const name = Buffer.from(service)
  // One protobuf field: 1, of wire type 2 (a string); absent when empty. Before it a flag and the length of the message.
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.of(0x0a, name.length), name])
  const frame = Buffer.alloc(5)
  frame.writeUInt32BE(message.length, 1)
  stream.on('error', failed)
  const chunks: Buffer[] = []
  let grpcStatus = ''
  const noteStatus = (headers: Readonly<Record<string, unknown>>) =>
    (grpcStatus = String(headers['grpc-status'] ?? grpcStatus))
  stream.on('response', noteStatus)
  stream.on('trailers', noteStatus)
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  stream.on('end', () => {
    const answer = Buffer.concat(chunks)
    const isServing = answer[5] === 0x08 && answer[6] === 1
    if (isServing) finish({ ok: true })
    else finish({ ok: false, why: `service unhealthy (grpc-status ${grpcStatus || 'missing'})` })
  })
  stream.end(Buffer.concat([frame, message]))
  return promise
}

/** A number, or the name of a container port. Throws when no port has that name. */
export function portOf(port: unknown, { ports }: Pick<ProbeTarget, 'ports'>): number {
  const number = typeof port === 'number' ? port : /^\d+$/.test(String(port)) ? Number(port) : undefined
  const found = number ?? ports.find(({ name }) => name === port)?.containerPort
  if (found === undefined) throw new Error(`couldn't find port: ${JSON.stringify(port)} in ${JSON.stringify(ports)}`)
  return found
}

/** As Go's dialer words it, which is what runbooks quote. */
function dialError(error: Error, address: string, port: number): string {
  const code = 'code' in error ? error.code : undefined
  const meaning =
    code === 'ECONNREFUSED' ? 'connect: connection refused'
    : code === 'EHOSTUNREACH' ? 'connect: no route to host'
    : code === 'ENETUNREACH' ? 'connect: network is unreachable'
    : code === 'ETIMEDOUT' ? 'i/o timeout'
    : undefined // biome-ignore format: a table
  if (meaning !== undefined) return `dial tcp ${address.includes(':') ? `[${address}]` : address}:${port}: ${meaning}`
  return code === 'ECONNRESET' || error.message === 'socket hang up' ? 'EOF' : error.message
}
