// What all connections to one port of a stand-in share.
import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { FailMode } from '../../kubelet/fail-mode.ts'
import type { AccessLog } from './access-log.ts'
import type { Identity } from './identity.ts'

export interface Listener {
  readonly identity: Identity
  /** The unchanging part of every answer. */
  readonly prefix: string
  readonly accessLog: AccessLog
  /** The rehearsed outage. */
  mode: FailMode | undefined
  /** Set while the container stops: each answer asks the client to come back elsewhere. */
  isDraining: boolean
  /** Certificate for clients that speak TLS; without it they are turned away. */
  readonly secureContext: (() => Promise<SecureContext>) | undefined
}

/** A connection, the port it came in by, and how many of its requests are being answered. */
export interface Connection {
  readonly listener: Listener
  readonly client: { readonly address: string; readonly port: number }
  readonly server: { readonly address: string; readonly port: number }
  pending: number
}

/** The connection behind a socket, also behind the TLS socket that wraps it. */
export const connections = new WeakMap<object, Connection>()

export function connectionOf(listener: Listener, socket: Socket): Connection {
  return {
    listener,
    client: { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 },
    server: { address: socket.localAddress ?? '', port: socket.localPort ?? 0 },
    pending: 0,
  }
}
