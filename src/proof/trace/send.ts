// Sends what a trace says, from the client's own network, and tells what came back.
import { randomInt } from 'node:crypto'
import type { Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls'
import type { Packet } from '../../analysis/trace/trace-result.ts'
import { type Address, familyOf } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { bindUdp } from '../../sys/sockets.ts'
import { type DnsAnswer, decodeAnswer, encodeQuery } from './dns-query.ts'

export interface Identity {
  /** `namespace/name`. */
  readonly pod: string
  readonly node: string
}

/** How far it came. */
export interface Sent {
  /** Of the client, when a connection was made. */
  readonly localPort?: number
  readonly connected: boolean
  readonly handshake?: boolean
  readonly status?: number
  /** Who answered, when the answer says so. */
  readonly identity?: Identity
  /** A datagram came back. */
  readonly answered?: boolean
  readonly error?: string
  readonly ms: number
}

export interface SendOptions {
  readonly namespace: NetNamespace
  /** With the authorities that the client trusts. */
  readonly secureContext: SecureContext
}

const connectTimeoutMs = 2_000
const answerTimeoutMs = 5_000
const datagramTimeoutMs = 1_000
/** More is not needed to find out who answers. */
const mostBodyBytes = 65_536

export async function send(packet: Packet, options: SendOptions): Promise<Sent> {
  const started = performance.now()
  const sent =
    packet.kind === 'socket' && packet.protocol === 'UDP'
      ? await sendDatagram(packet, options)
      : packet.kind === 'socket' && packet.protocol === 'SCTP'
        ? { connected: false, error: 'SCTP cannot be sent from here' }
        : await sendStream(packet, options)
  return { ...sent, ms: performance.now() - started }
}

type Outcome = Omit<Sent, 'ms'>

async function sendStream(packet: Packet, { namespace, secureContext }: SendOptions): Promise<Outcome> {
  const socket = namespace.connect(packet.to.address, packet.to.port)
  try {
    const refusal = await settled(socket, 'connect', connectTimeoutMs)
    if (refusal !== undefined) return { connected: false, error: refusal }
    const { localPort } = socket
    const at = { connected: true, ...(localPort === undefined ? {} : { localPort }) }
    if (packet.kind !== 'http') return at
    if (packet.scheme === 'http') return { ...at, ...(await ask(socket, packet)) }
    const secure = connectTls({ socket, servername: packet.host, secureContext, ALPNProtocols: ['http/1.1'] })
    const failure = await settled(secure, 'secureConnect', connectTimeoutMs)
    if (failure !== undefined) return { ...at, handshake: false, error: failure }
    return { ...at, handshake: true, ...(await ask(secure, packet)) }
  } finally {
    socket.destroy()
  }
}

/** Undefined when the event came, else what went wrong, in the kernel's word where there is one. */
async function settled(socket: Socket | TLSSocket, event: string, timeoutMs: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const timer = setTimeout(() => resolve('timed out'), timeoutMs)
  socket.once(event, () => resolve(undefined))
  socket.on('error', error => resolve(wordOf(error)))
  socket.once('close', () => resolve('closed'))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

function wordOf(error: Error): string {
  const words: Readonly<Record<string, string>> = {
    ECONNREFUSED: 'refused',
    EHOSTUNREACH: 'no such host',
    ENETUNREACH: 'no way there',
    ECONNRESET: 'reset',
  }
  return 'code' in error ? (words[String(error.code)] ?? error.message) : error.message
}

async function ask(
  socket: Socket,
  { host, path, to, scheme }: Extract<Packet, { kind: 'http' }>,
): Promise<Pick<Outcome, 'status' | 'identity' | 'error'>> {
  const isDefault = to.port === (scheme === 'https' ? 443 : 80)
  const literal = host.includes(':') ? `[${host}]` : host
  const outgoing = request({
    createConnection: () => socket,
    path,
    headers: {
      host: isDefault ? literal : `${literal}:${to.port}`,
      'user-agent': 'fairway-trace',
      connection: 'close',
    },
    timeout: answerTimeoutMs,
  })
  outgoing.once('timeout', () => outgoing.destroy(new Error('no answer in time')))
  outgoing.end()
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    const identity = identityIn(await bodyOf(response))
    return { status: response.statusCode ?? 0, ...(identity === undefined ? {} : { identity }) }
  } catch (error) {
    return { error: error instanceof Error ? wordOf(error) : String(error) }
  } finally {
    outgoing.on('error', () => {})
    outgoing.destroy()
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= mostBodyBytes) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The answer of a stand-in names its pod; those of other programs do not. */
function identityIn(body: string): Identity | undefined {
  if (!body.startsWith('{')) return undefined
  try {
    const { pod, namespace, node } = JSON.parse(body) as Record<string, unknown>
    if (typeof pod !== 'string' || typeof namespace !== 'string' || typeof node !== 'string') return undefined
    return { pod: `${namespace}/${pod}`, node }
  } catch {
    return undefined
  }
}

async function sendDatagram({ to }: Packet, { namespace }: SendOptions): Promise<Outcome> {
  const id = randomInt(0x10000)
  // What listens on this port only answers a question of the DNS.
  const payload = to.port === 53 ? encodeQuery(id, 'localhost', 'A') : Buffer.from('fairway trace\n')
  await using udp = openUdp(namespace, to.address)
  const answer = await exchange(udp.socket, payload, { to, accept: message => message })
  const { port: localPort } = udp.socket.address()
  if ('error' in answer) return { connected: false, localPort, error: answer.error }
  return { connected: true, localPort, answered: true, ...datagramIdentity(answer.message) }
}

function datagramIdentity(message: Buffer): Pick<Outcome, 'identity'> {
  const match = /^pod=(\S+) namespace=(\S+) node=(\S+) /.exec(message.toString('latin1'))
  return match === null ? {} : { identity: { pod: `${match[2]}/${match[1]}`, node: match[3] ?? '' } }
}

/** Asks one name server from the namespace; a string says why there is no answer. */
export async function askName(
  namespace: NetNamespace,
  { server, name, type }: { readonly server: Address; readonly name: string; readonly type: 'A' | 'AAAA' },
): Promise<DnsAnswer | string> {
  const id = randomInt(0x10000)
  await using udp = openUdp(namespace, server)
  const answer = await exchange(udp.socket, encodeQuery(id, name, type), {
    to: { address: server, port: 53 },
    accept: message => decodeAnswer(id, message),
  })
  return 'error' in answer ? answer.error : answer.message
}

function openUdp(namespace: NetNamespace, peer: Address): { readonly socket: UdpSocket } & AsyncDisposable {
  const socket = namespace.inside(() => bindUdp({ port: 0, address: familyOf(peer) === 4 ? '0.0.0.0' : '::' }))
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      const closed = Promise.withResolvers<void>()
      socket.close(() => closed.resolve())
      await closed.promise
    },
  }
}

interface Exchange<T> {
  readonly to: { readonly address: Address; readonly port: number }
  readonly accept: (message: Buffer) => T | undefined
}

/** Connected, so that a refusal (ICMP port unreachable) is seen. */
async function exchange<T>(
  socket: UdpSocket,
  payload: Buffer,
  { to, accept }: Exchange<T>,
): Promise<{ readonly message: T } | { readonly error: string }> {
  const { promise, resolve } = Promise.withResolvers<{ message: T } | { error: string }>()
  const timer = setTimeout(() => resolve({ error: 'no answer' }), datagramTimeoutMs)
  socket.on('error', error => resolve({ error: wordOf(error) }))
  socket.on('message', message => {
    const accepted = accept(message)
    if (accepted !== undefined) resolve({ message: accepted })
  })
  socket.connect(to.port, to.address, () => socket.send(payload))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}
