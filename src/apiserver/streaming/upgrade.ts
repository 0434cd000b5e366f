// Answers the upgrade requests of exec, attach and port-forward, over WebSocket or SPDY.
import { type IncomingMessage, STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'
import { ApiError } from '../../objects/api-error.ts'
import type { ObjectKey } from '../../objects/object.ts'
import type { ExecSession, PodStreams } from '../pod-streams.ts'
import { failureStatus } from './exit-status.ts'
import { forwardPorts } from './port-forward.ts'
import { type ClientChannels, holdOutput, runSession } from './run-session.ts'
import { openSpdyChannels } from './spdy-channels.ts'
import { readSessionRequest, type SessionRequest } from './stream-request.ts'
import { channelProtocols, openWebSocketChannels } from './websocket-channels.ts'

export interface UpgradeTarget {
  readonly kind: 'exec' | 'attach' | 'portforward'
  /** Known to exist, and the caller to be allowed to reach it. */
  readonly pod: ObjectKey
  readonly streams: PodStreams
}

const tunnelProtocol = 'SPDY/3.1+portforward.k8s.io'
const spdySessionProtocols = ['v4.channel.k8s.io']
const spdyForwardProtocols = ['portforward.k8s.io']

interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

/**
 * For the `upgrade` event of the HTTP server. Resolves when the connection is over, and never rejects: until the upgrade
 * a failure is an HTTP response with a `Status`, as for any other request; afterwards it goes through the error channel.
 */
export async function handleUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  target: UpgradeTarget,
): Promise<void> {
  socket.on('error', () => socket.destroy())
  if (socket instanceof Socket) socket.setNoDelay(true).setKeepAlive(true, 30_000)
  const upgrade: Upgrade = { request, socket, head }
  try {
    const isWebSocket = request.headers.upgrade?.toLowerCase() === 'websocket'
    if (target.kind === 'portforward')
      await (isWebSocket ? tunnelForward(upgrade, target) : spdyForward(upgrade, target))
    else {
      const query = new URL(request.url ?? '/', 'https://localhost').searchParams
      await serveSession(upgrade, target, { isWebSocket, wish: readSessionRequest(query, target.kind) })
    }
  } catch (error) {
    refuseUpgrade(socket, error)
  }
}

async function serveSession(
  upgrade: Upgrade,
  { kind, pod, streams }: UpgradeTarget,
  { isWebSocket, wish }: { readonly isWebSocket: boolean; readonly wish: SessionRequest },
): Promise<void> {
  // The protocol is settled and the command started first, so that both can still be refused with a proper response.
  const protocol = isWebSocket
    ? chooseProtocol(webSocketOffer(upgrade.request), channelProtocols)
    : chooseProtocol(spdyOffer(upgrade.request), spdySessionProtocols)
  const session = holdOutput(
    kind === 'exec' ? await streams.exec(pod, wish.options) : withoutCode(await streams.attach(pod, wish.options)),
  )
  const sessionProtocol = channelProtocols.find(name => name === protocol)
  let client: ClientChannels | undefined
  if (isWebSocket && sessionProtocol !== undefined) {
    const webSocket = await acceptWebSocket(upgrade, sessionProtocol)
    if (webSocket !== undefined)
      client = openWebSocketChannels(webSocket, { protocol: sessionProtocol, wanted: wish.wanted })
  } else {
    acceptSpdy(upgrade, protocol)
    client = await openSpdyChannels(upgrade.socket, wish.wanted)
  }
  if (client === undefined) {
    session.kill()
    return
  }
  await runSession(session, client)
  await client.closed
}

/**
 * Attach tells no exit code: the container's belongs to its status, where kubectl looks for it. Told of one, `kubectl run -it`
 * takes the attach for failed and prints everything once more from the log.
 */
function withoutCode(session: ExecSession): ExecSession {
  const exit = session.exit.then(outcome => ('code' in outcome ? { code: 0 } : outcome))
  return {
    stdin: session.stdin,
    stdout: session.stdout,
    stderr: session.stderr,
    exit,
    resize: (columns, rows) => session.resize(columns, rows),
    kill: () => session.kill(),
  }
}

async function tunnelForward(upgrade: Upgrade, target: UpgradeTarget): Promise<void> {
  const protocol = chooseProtocol(webSocketOffer(upgrade.request), [tunnelProtocol])
  const webSocket = await acceptWebSocket(upgrade, protocol)
  if (webSocket === undefined) return
  const tunnel = createWebSocketStream(webSocket)
  tunnel.on('error', () => tunnel.destroy())
  await forwardPorts(tunnel, target)
}

async function spdyForward(upgrade: Upgrade, target: UpgradeTarget): Promise<void> {
  acceptSpdy(upgrade, chooseProtocol(spdyOffer(upgrade.request), spdyForwardProtocols))
  await forwardPorts(upgrade.socket, target)
}

function webSocketOffer(request: IncomingMessage): readonly string[] {
  return splitOffer(request.headers['sec-websocket-protocol'])
}

function spdyOffer(request: IncomingMessage): readonly string[] {
  if (request.headers.upgrade?.toLowerCase() !== 'spdy/3.1') {
    throw new ApiError(400, 'BadRequest', 'Upgrade request required')
  }
  const offer = request.headers['x-stream-protocol-version']
  return splitOffer(Array.isArray(offer) ? offer.join(',') : offer)
}

function splitOffer(offer: string | undefined): readonly string[] {
  return (offer ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
}

function chooseProtocol(offered: readonly string[], served: readonly string[]): string {
  const chosen = served.find(name => offered.includes(name))
  if (chosen !== undefined) return chosen
  const message = `unable to negotiate protocol: client supports [${offered.join(' ')}], server accepts [${served.join(' ')}]`
  throw new ApiError(403, 'Forbidden', message)
}

/** The largest message: what kubectl sends at once is 32 KB, other clients take more. */
const maxMessageBytes = 16 * 1024 * 1024
const webSockets = new WebSocketServer({
  noServer: true,
  maxPayload: maxMessageBytes,
  perMessageDeflate: false,
  // Chosen before; the first of the offer would be the library's own choice.
  handleProtocols: (_offered, request) => agreed.get(request) ?? false,
})
const agreed = new WeakMap<IncomingMessage, string>()

/** Undefined when the handshake failed; the library has then answered the client. */
function acceptWebSocket({ request, socket, head }: Upgrade, protocol: string): Promise<WebSocket | undefined> {
  agreed.set(request, protocol)
  return new Promise(resolve => {
    socket.once('close', () => resolve(undefined))
    webSockets.handleUpgrade(request, socket, head, resolve)
  })
}

function acceptSpdy({ socket, head }: Upgrade, protocol: string): void {
  const lines = ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: SPDY/3.1']
  socket.write(`${[...lines, `X-Stream-Protocol-Version: ${protocol}`].join('\r\n')}\r\n\r\n`)
  if (head.length > 0) socket.unshift(head)
}

/** Answers an upgrade request that leads nowhere, with the same `Status` any request would get. */
export function refuseUpgrade(socket: Duplex, error: unknown): void {
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const status = failureStatus(error)
  const body = JSON.stringify(status)
  const head = [
    `HTTP/1.1 ${status.code} ${STATUS_CODES[status.code] ?? 'Error'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}
