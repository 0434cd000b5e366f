// A network namespace of ours: a Runner whose programs and sockets see its interfaces and routes.
import type { Server, Socket } from 'node:net'
import type { Runner } from './runner.ts'

export interface NetNamespace extends Runner, AsyncDisposable {
  readonly name: string
  /** `/run/netns/<name>`, as `ip netns` and `nsenter --net=` take it. */
  readonly path: string
  /**
   * Runs `work` with the calling thread inside the namespace. `work` must be synchronous: the thread is back
   * before this returns, also when it throws. Sockets opened inside stay inside.
   */
  inside<T>(work: () => T): T
  /** Listens on every address of the namespace, IPv4 and IPv6. Throws synchronously when the port is taken. */
  listen(server: Server, port: number): void
  /** A TCP connection made from inside; `address` must be an IP address. */
  connect(address: string, port: number): Socket
}
