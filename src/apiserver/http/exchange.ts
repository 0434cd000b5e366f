// One request and its answer on the way through the server.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { User } from '../rest/api.ts'

export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly user: User
  /** Sent as `Warning` headers with the answer. */
  readonly warnings: string[]
}
