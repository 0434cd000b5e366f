// Which SPDY streams are the channels of exec and attach, and when are all of them open?
import type { Duplex } from 'node:stream'
import { type ClientChannels, discard } from './run-session.ts'
import { SpdyConnection } from './spdy/connection.ts'
import type { SpdyStream } from './spdy/stream.ts'
import type { WantedChannels } from './websocket-channels.ts'

/** As upstream: a client that has not opened its streams by then is not going to. */
const openTimeoutMs = 30_000

/** Undefined when the client left, or did not open in time what it had asked for. */
export async function openSpdyChannels(transport: Duplex, wanted: WantedChannels): Promise<ClientChannels | undefined> {
  const names = ['error']
  if (wanted.stdin) names.push('stdin')
  if (wanted.stdout) names.push('stdout')
  if (wanted.stderr && !wanted.tty) names.push('stderr')
  if (wanted.tty) names.push('resize')
  const opened = new Map<string, SpdyStream>()
  const { promise: isComplete, resolve } = Promise.withResolvers<boolean>()
  const connection = new SpdyConnection(transport, stream => {
    const name = stream.headers.get('streamtype') ?? ''
    if (!names.includes(name) || opened.has(name)) {
      stream.destroy()
      return
    }
    opened.set(name, stream)
    if (opened.size === names.length) resolve(true)
  })
  const timer = setTimeout(() => resolve(false), openTimeoutMs)
  void connection.closed.then(() => resolve(false))
  const complete = await isComplete
  clearTimeout(timer)
  const error = opened.get('error')
  if (!complete || error === undefined) {
    connection.close()
    return undefined
  }
  // Only one direction of these is used; the other has to be read to its end all the same.
  for (const name of ['error', 'stdout', 'stderr']) {
    const stream = opened.get(name)
    if (stream !== undefined) discard(stream)
  }
  return {
    ...pick(opened, 'stdin'),
    ...pick(opened, 'stdout'),
    ...pick(opened, 'stderr'),
    ...pick(opened, 'resize'),
    closed: connection.closed,
    finish: status => {
      error.end(JSON.stringify(status), () => connection.close())
    },
  }
}

function pick<K extends 'stdin' | 'stdout' | 'stderr' | 'resize'>(
  opened: ReadonlyMap<string, SpdyStream>,
  name: K,
): { readonly [name in K]?: SpdyStream } {
  const stream = opened.get(name)
  return stream === undefined ? {} : ({ [name]: stream } as { readonly [name in K]: SpdyStream })
}
