// How does a stand-in serve one TCP port: HTTP, TLS, and an echo for everything else?
import { createServer, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { NetNamespace } from '../../../sys/namespace.ts'
import { answerText } from './answer.ts'
import { type PlainRequest, plainRequest } from './fast-path.ts'
import { protocolOf } from './first-bytes.ts'
import { accessLogLine } from './http-server.ts'
import { identityLine } from './identity.ts'
import { type Connection, connectionOf, connections, type Listener } from './listener.ts'

/** How long the start of a request line may take to arrive before it counts as something else. */
const undecidedMs = 1000

export interface TcpPortOptions {
  readonly namespace: NetNamespace
  readonly port: number
  readonly listener: Listener
  /** Takes over connections whose requests are not plain. */
  readonly http: { emit(event: 'connection', socket: object): boolean }
}

export class TcpPort {
  readonly #options: TcpPortOptions
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(options: TcpPortOptions) {
    this.#options = options
  }

  /** Throws when the port is taken. */
  open(): void {
    if (this.#server !== undefined) return
    const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => this.#accept(socket))
    // A failed accept (out of descriptors) must not end the process; the client sees a refused connection.
    server.on('error', () => {})
    this.#options.namespace.listen(server, this.#options.port)
    this.#server = server
  }

  /** New connections are refused from now on; the others go on. */
  close(): void {
    this.#server?.close()
    this.#server = undefined
  }

  /** Ends connections that wait for a next request. */
  endIdle(): void {
    for (const socket of this.#sockets) if (connections.get(socket)?.pending === 0) socket.end()
  }

  /** Cuts everything off at once. */
  destroy(): void {
    this.close()
    for (const socket of this.#sockets) socket.destroy()
  }

  get connectionCount(): number {
    return this.#sockets.size
  }

  #accept(socket: Socket): void {
    const { listener } = this.#options
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    // A reset by the client is its right and no event for us.
    socket.on('error', () => socket.destroy())
    const connection = connectionOf(listener, socket)
    connections.set(socket, connection)
    let start: Buffer | undefined
    let timer: NodeJS.Timeout | undefined
    const decide = (bytes: Buffer, isFinal: boolean) => {
      const protocol = protocolOf(bytes)
      if (protocol === 'undecided' && !isFinal) {
        start = bytes
        timer ??= setTimeout(() => decide(start ?? bytes, true), undecidedMs)
        return
      }
      clearTimeout(timer)
      socket.removeListener('data', onData)
      socket.removeListener('end', onEnd)
      if (protocol === 'http') this.#serveHttp(socket, connection, bytes)
      else if (protocol === 'tls' && listener.secureContext !== undefined)
        void this.#serveTls(socket, connection, bytes)
      else echo(socket, connection, bytes)
    }
    const onData = (chunk: Buffer) => decide(start === undefined ? chunk : Buffer.concat([start, chunk]), false)
    const onEnd = () => {
      if (start === undefined) socket.end()
      else decide(start, true)
    }
    socket.on('data', onData)
    socket.once('end', onEnd)
  }

  #serveHttp(socket: Socket, connection: Connection, first: Buffer): void {
    const { listener } = connection
    let lastRequest: Buffer | undefined
    let lastResponse: Buffer | undefined
    let lastLine = ''
    let isLast = false
    const onData = (chunk: Buffer) => {
      if (listener.mode !== undefined || listener.isDraining) {
        handOver(chunk)
        return
      }
      // The answer depends on nothing but the connection and the request, and clients repeat themselves.
      if (lastResponse === undefined || lastRequest === undefined || !lastRequest.equals(chunk)) {
        const request = plainRequest(chunk)
        if (request === undefined) {
          handOver(chunk)
          return
        }
        lastRequest = chunk
        isLast = request.isLast
        lastResponse = plainResponse(connection, request)
        lastLine = accessLogLine(connection.client, { ...request, version: '1.1', status: 200 })
      }
      listener.accessLog.add(() => lastLine)
      if (isLast) {
        socket.end(lastResponse)
        return
      }
      // A client that sends without reading fills our buffer: stop listening to it until it has read.
      if (!socket.write(lastResponse)) {
        socket.pause()
        socket.once('drain', () => socket.resume())
      }
    }
    const onEnd = () => socket.end()
    const handOver = (chunk: Buffer) => {
      socket.removeListener('data', onData)
      socket.removeListener('end', onEnd)
      this.#options.http.emit('connection', socket)
      socket.unshift(chunk)
    }
    socket.on('data', onData)
    socket.once('end', onEnd)
    onData(first)
  }

  async #serveTls(socket: Socket, connection: Connection, first: Buffer): Promise<void> {
    socket.pause()
    try {
      const secureContext = await connection.listener.secureContext?.()
      if (secureContext === undefined || socket.destroyed) {
        socket.destroy()
        return
      }
      socket.unshift(first)
      const secure = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] })
      connections.set(secure, connection)
      secure.on('error', () => secure.destroy())
      this.#options.http.emit('connection', secure)
    } catch {
      // Without a certificate there is nothing to say to a TLS client.
      socket.destroy()
    }
  }
}

function plainResponse(connection: Connection, request: PlainRequest): Buffer {
  const { identity, prefix } = connection.listener
  const body = answerText(prefix, { ...request, client: connection.client, server: connection.server })
  const close = request.isLast ? 'Connection: close\r\n' : ''
  const head = `HTTP/1.1 200 OK\r\n${close}X-Pod: ${identity.pod}\r\nX-Node: ${identity.node}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(request.method === 'HEAD' ? head : head + body)
}

/** The identity first, then every byte as it came, until the client has said everything. */
function echo(socket: Socket, connection: Connection, first: Buffer): void {
  if (connection.listener.mode?.kind === 'hang') return
  connection.pending++
  socket.write(identityLine(connection.listener.identity))
  socket.write(first)
  socket.pipe(socket)
}
