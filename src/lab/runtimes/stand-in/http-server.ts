// How does a stand-in answer HTTP requests that are more than a plain GET: bodies, knobs, WebSockets, event streams?
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { WebSocketServer } from 'ws'
import { answerText, knobsOf, plainAddress, type Received } from './answer.ts'
import { identityLine } from './identity.ts'
import { type Connection, connections } from './listener.ts'

/** More of a body is counted but not repeated. */
const longestBodyBytes = 65_536
const eventIntervalMs = 1000
const fillerBytes = 65_536

/**
 * One server for every stand-in of the process: connections are handed to it with `emit('connection')`, so five hundred
 * pods cost no server object and no timer each.
 */
export function createHttpServer(): Server {
  const webSockets = new WebSocketServer({ noServer: true, maxPayload: 1_048_576 })
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 })
  // The Date header costs a string a second and tells nothing; both ways of serving leave it out.
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    response.sendDate = false
    const connection = connections.get(request.socket)
    if (connection === undefined) response.destroy()
    else void answer(request, response, connection).catch(() => response.destroy())
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const connection = connections.get(request.socket)
    const { mode, identity } = connection?.listener ?? {}
    if (connection === undefined || identity === undefined || mode?.kind === 'hang') return
    if (mode?.kind === 'http') {
      socket.end(`HTTP/1.1 ${mode.status} ${STATUS_CODES[mode.status] ?? 'Rehearsal'}\r\nConnection: close\r\n\r\n`)
      return
    }
    connection.pending++
    socket.once('close', () => connection.pending--)
    webSockets.handleUpgrade(request, socket, head, webSocket => {
      connection.listener.accessLog.add(() => accessLine(connection, request, 101))
      webSocket.send(identityLine(identity))
      webSocket.on('message', (data, isBinary) => webSocket.send(data, { binary: isBinary }))
      webSocket.on('error', () => webSocket.terminate())
    })
  })
  return server
}

async function answer(request: IncomingMessage, response: ServerResponse, connection: Connection): Promise<void> {
  const { listener } = connection
  const { mode, identity } = listener
  if (mode?.kind === 'hang') return
  connection.pending++
  response.once('close', () => connection.pending--)
  const path = request.url ?? '/'
  const knobs = knobsOf(path)
  const body = await readBody(request)
  const delayMs = knobs.delayMs + (mode?.kind === 'slow' ? mode.delayMs : 0)
  if (delayMs > 0) await new Promise(resolve => setTimeout(resolve, delayMs))
  const status = mode?.kind === 'http' ? mode.status : knobs.status
  if (listener.isDraining) response.setHeader('Connection', 'close')
  response.setHeader('X-Pod', identity.pod)
  response.setHeader('X-Node', identity.node)
  listener.accessLog.add(() => accessLine(connection, request, status))
  response.statusCode = status
  if (wantsEvents(request, path) && status === 200) {
    sendEvents(response, identityLine(identity).trimEnd())
    return
  }
  // These carry no content by definition (RFC 9110 §15.3.5, §15.4.5).
  if (status === 204 || status === 304) {
    response.end()
    return
  }
  if (knobs.bytes !== undefined) {
    await sendFiller(request, response, knobs.bytes)
    return
  }
  const received: Received = {
    method: request.method ?? '',
    path,
    httpVersion: request.httpVersion,
    headers: pairs(request.rawHeaders),
    client: connection.client,
    server: connection.server,
    ...(body.bytes > 0 && { body }),
    ...(request.socket instanceof TLSSocket && { tls: tlsOf(request.socket) }),
  }
  const text = Buffer.from(answerText(listener.prefix, received))
  response.setHeader('Content-Type', 'application/json')
  response.setHeader('Content-Length', text.length)
  response.end(request.method === 'HEAD' ? undefined : text)
}

async function readBody(request: IncomingMessage): Promise<{ text: string; bytes: number; truncated: boolean }> {
  const kept: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    const buffer: Buffer = chunk
    if (bytes < longestBodyBytes) kept.push(buffer.subarray(0, longestBodyBytes - bytes))
    bytes += buffer.length
  }
  return { text: Buffer.concat(kept).toString(), bytes, truncated: bytes > longestBodyBytes }
}

function wantsEvents(request: IncomingMessage, path: string): boolean {
  return path.startsWith('/sse') || (request.headers.accept ?? '').startsWith('text/event-stream')
}

function sendEvents(response: ServerResponse, data: string): void {
  response.setHeader('Content-Type', 'text/event-stream')
  response.setHeader('Cache-Control', 'no-store')
  let id = 0
  const send = () => response.write(`id: ${id++}\ndata: ${data}\n\n`)
  send()
  const timer = setInterval(send, eventIntervalMs)
  timer.unref()
  response.once('close', () => clearInterval(timer))
}

async function sendFiller(request: IncomingMessage, response: ServerResponse, bytes: number): Promise<void> {
  response.setHeader('Content-Type', 'application/octet-stream')
  response.setHeader('Content-Length', bytes)
  if (request.method !== 'HEAD') {
    const filler = Buffer.alloc(Math.min(bytes, fillerBytes), 'x')
    for (let left = bytes; left > 0 && !response.destroyed; left -= filler.length) {
      if (response.write(left < filler.length ? filler.subarray(0, left) : filler)) continue
      const { promise, resolve } = Promise.withResolvers<void>()
      response.once('drain', resolve).once('close', resolve)
      await promise
    }
  }
  response.end()
}

function pairs(rawHeaders: readonly string[]): [string, string][] {
  const list: [string, string][] = []
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) list.push([rawHeaders[i] ?? '', rawHeaders[i + 1] ?? ''])
  return list
}

function tlsOf(socket: TLSSocket) {
  const serverName = 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : undefined
  return { version: socket.getProtocol() ?? '', serverName, cipher: socket.getCipher()?.name ?? '' }
}

function accessLine({ client }: Connection, request: IncomingMessage, status: number): string {
  return accessLogLine(client, {
    method: request.method ?? '',
    path: request.url ?? '',
    version: request.httpVersion,
    status,
  })
}

/** `10.244.0.1:40312 "GET / HTTP/1.1" 200`. Node and the fast path refuse control characters in a path. */
export function accessLogLine(
  client: { readonly address: string; readonly port: number },
  request: { readonly method: string; readonly path: string; readonly version: string; readonly status: number },
): string {
  const { method, path, version, status } = request
  return `${plainAddress(client.address)}:${client.port} "${method} ${path} HTTP/${version}" ${status}`
}
