// Joins the stream pairs of a port-forward with TCP connections into the pod.
import type { Duplex } from 'node:stream'
import { keyOf, type ObjectKey } from '../../objects/object.ts'
import type { PodStreams } from '../pod-streams.ts'
import { SpdyConnection } from './spdy/connection.ts'
import type { SpdyStream } from './spdy/stream.ts'

export interface ForwardTarget {
  readonly streams: PodStreams
  readonly pod: ObjectKey
}

/** As upstream: an error stream whose data stream does not follow is given up. */
const pairTimeoutMs = 30_000

/**
 * Every connection is a pair of streams with the same `requestID`: kubectl opens the error stream, then the data
 * stream. Resolves when the client is gone.
 */
export async function forwardPorts(transport: Duplex, target: ForwardTarget): Promise<void> {
  const waiting = new Map<string, SpdyStream>()
  const connection = new SpdyConnection(transport, stream => {
    const request = stream.headers.get('requestid') ?? ''
    const type = stream.headers.get('streamtype')
    if (type !== 'error' && type !== 'data') {
      stream.destroy()
      return
    }
    const other = waiting.get(request)
    if (other === undefined) {
      waiting.set(request, stream)
      const timer = setTimeout(() => stream.destroy(), pairTimeoutMs)
      stream.once('close', () => {
        clearTimeout(timer)
        if (waiting.get(request) === stream) waiting.delete(request)
      })
      stream.once('paired', () => clearTimeout(timer))
      return
    }
    waiting.delete(request)
    other.emit('paired')
    void (type === 'data' ? forward(stream, other, target) : forward(other, stream, target))
  })
  await connection.closed
}

async function forward(data: SpdyStream, error: SpdyStream, { streams, pod }: ForwardTarget): Promise<void> {
  // Nobody writes to us on the error stream; its end has to be read.
  error.resume()
  const port = Number(data.headers.get('port'))
  try {
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new Error(`invalid port ${data.headers.get('port')}`)
    const connection = await streams.connect(pod, port)
    await join(data, connection)
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure)
    if (!error.destroyed) error.write(`error forwarding port ${port} to pod ${keyOf({ metadata: pod })}: ${why}`)
    // The end of the data stream is what lets kubectl look at the error.
    if (!data.destroyed) data.end()
  }
  if (!error.destroyed) error.end()
}

/** Each direction ends on its own, so half-closed connections work. Rejects when the pod breaks off. */
export function join(client: Duplex, connection: Duplex): Promise<void> {
  return new Promise((resolve, reject) => {
    if (client.destroyed) {
      // It left while the pod was being connected to, and nobody else would hang up.
      connection.destroy()
      resolve()
      return
    }
    client.pipe(connection)
    connection.pipe(client)
    client.once('close', () => {
      // kubectl resets the stream as soon as either side is done with it.
      connection.destroy()
      resolve()
    })
    connection.once('error', error => {
      reject(error)
      client.end()
    })
    connection.once('close', () => {
      if (!client.writableEnded && !client.destroyed) client.end()
      // What the client still sends has no receiver any more.
      client.resume()
      resolve()
    })
  })
}
