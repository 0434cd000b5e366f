// pods/log: what a container printed, and on request what it goes on printing.
import { ApiError } from '../../objects/api-error.ts'
import type { ObjectKey } from '../../objects/object.ts'
import type { ApiServer } from '../api-server.ts'
import type { PodStreams } from '../pod-streams.ts'
import { get } from '../rest/read.ts'
import { sendLog } from '../streaming/logs.ts'
import type { Exchange } from './exchange.ts'

export async function replyLogs(api: ApiServer, exchange: Exchange, key: ObjectKey): Promise<void> {
  const streams = requireStreams(api, key)
  await sendLog(exchange.response, { streams, pod: key, query: exchange.query, now: api.now() })
}

/** Throws NotFound when there is no such pod: that is the store's to say, whoever runs the pods. */
export function requireStreams(api: ApiServer, pod: ObjectKey): PodStreams {
  get(api, api.served({ group: '', version: 'v1', plural: 'pods' }), pod)
  if (api.podStreams !== undefined) return api.podStreams
  throw new ApiError(503, 'ServiceUnavailable', 'no node agent runs yet: logs, exec and port-forward need one', {
    details: { retryAfterSeconds: 1 },
  })
}
