// Writes the log of a container to an HTTP response, as long as both last.
import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ObjectKey } from '../../objects/object.ts'
import type { PodStreams } from '../pod-streams.ts'
import { readLogOptions } from './stream-request.ts'

export interface LogRequest {
  readonly streams: PodStreams
  readonly pod: ObjectKey
  readonly query: URLSearchParams
  /** ms since the epoch. */
  readonly now: number
}

/**
 * Rejects with `ApiError` as long as nothing was answered; the caller writes the `Status`. Afterwards it resolves when
 * the log has ended or the client is gone, and in both cases the source is closed.
 */
export async function sendLog(response: ServerResponse, { streams, pod, query, now }: LogRequest): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const source: Readable = await streams.logs(pod, { ...readLogOptions(query, now), signal: gone.signal })
  if (response.destroyed) {
    source.destroy()
    return
  }
  response.writeHead(200, { 'content-type': 'text/plain' })
  // `kubectl logs -f` on a silent container has to see that it was accepted.
  response.flushHeaders()
  try {
    await pipeline(source, response)
  } catch {
    // The client left, or the source broke off: a chunked response that is cut short says so by itself.
    source.destroy()
    response.destroy()
  }
}
