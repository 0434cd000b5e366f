// How do the channels of exec and attach travel in a WebSocket: a byte for the channel, then the bytes?
import { Readable, Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import type { ClientChannels } from './run-session.ts'

/** In order of preference. */
export const channelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'] as const
export type ChannelProtocol = (typeof channelProtocols)[number]

const stdinChannel = 0
const stdoutChannel = 1
const stderrChannel = 2
const errorChannel = 3
const resizeChannel = 4
/** v5: the second byte names a channel on which the client sends no more. */
const closeSignal = 255

/**
 * Until kubectl has made its streams, just after the upgrade, it throws away what arrives ("Unknown stream id 1, discarding message",
 * seen with 1.32). In a lab an answer can be that quick.
 */
const clientSetUpMs = 10

export interface WantedChannels {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

export function openWebSocketChannels(
  socket: WebSocket,
  { protocol, wanted }: { readonly protocol: ChannelProtocol; readonly wanted: WantedChannels },
): ClientChannels {
  const isBase64 = protocol === 'v4.base64.channel.k8s.io'
  let held: (() => void)[] | undefined = []
  setTimeout(() => {
    const sends = held ?? []
    held = undefined
    for (const sendNow of sends) sendNow()
  }, clientSetUpMs)
  const send = (channel: number, bytes: Buffer, done: (error?: Error) => void): void => {
    if (held !== undefined) held.push(() => send(channel, bytes, done))
    else if (socket.readyState !== socket.OPEN) done(new Error('the client is gone'))
    else if (isBase64) socket.send(`${channel}${bytes.toString('base64')}`, { binary: false }, done)
    else socket.send(Buffer.concat([Buffer.from([channel]), bytes]), { binary: true }, done)
  }
  const output = (channel: number): Writable =>
    new Writable({ write: (bytes: Buffer, _, done) => send(channel, bytes, done) })
  // Reading goes on when the command has room again; meanwhile TCP holds the client back.
  const stdin = wanted.stdin ? new Readable({ read: () => socket.resume() }) : undefined
  const resize = wanted.tty ? new Readable({ read() {} }) : undefined

  socket.on('message', (data, isBinary) => {
    const message = toBuffer(data)
    const channel = isBase64 || !isBinary ? (message[0] ?? 0) - 0x30 : message[0]
    const bytes = isBase64 ? Buffer.from(message.toString('latin1', 1), 'base64') : message.subarray(1)
    if (channel === stdinChannel) {
      if (bytes.length > 0 && stdin !== undefined && !stdin.readableEnded && !stdin.push(bytes)) socket.pause()
    } else if (channel === resizeChannel) resize?.push(bytes)
    else if (channel === closeSignal && protocol === 'v5.channel.k8s.io' && bytes[0] === stdinChannel) endOf(stdin)
  })
  const closed = new Promise<void>(resolve => {
    socket.on('close', () => {
      endOf(stdin)
      endOf(resize)
      resolve()
    })
  })
  // 'close' follows every error.
  socket.on('error', () => {})
  // Tells the client that the command is reached, before it has any output; upstream does the same.
  send(wanted.stdout ? stdoutChannel : wanted.stderr ? stderrChannel : errorChannel, Buffer.alloc(0), () => {})

  return {
    ...(stdin === undefined ? {} : { stdin }),
    ...(wanted.stdout ? { stdout: output(stdoutChannel) } : {}),
    ...(wanted.stderr && !wanted.tty ? { stderr: output(stderrChannel) } : {}),
    ...(resize === undefined ? {} : { resize }),
    closed,
    finish: status => {
      // A paused socket would never see the client's half of the closing handshake.
      stdin?.destroy()
      socket.resume()
      send(errorChannel, Buffer.from(JSON.stringify(status)), () => socket.close(1000))
    },
  }
}

function endOf(channel: Readable | undefined): void {
  if (channel !== undefined && !channel.destroyed && !channel.readableEnded) channel.push(null)
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
