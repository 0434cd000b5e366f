// How does a stand-in serve one UDP port? It answers each datagram with its identity and the payload.
import type { Socket } from 'node:dgram'
import type { NetNamespace } from '../../../sys/namespace.ts'
import { bindUdp } from '../../../sys/sockets.ts'
import { identityLine } from './identity.ts'
import type { Listener } from './listener.ts'

export interface UdpPortOptions {
  readonly namespace: NetNamespace
  readonly port: number
  readonly listener: Listener
}

export class UdpPort {
  readonly #options: UdpPortOptions
  readonly #prefix: Buffer
  #socket: Socket | undefined

  constructor(options: UdpPortOptions) {
    this.#options = options
    this.#prefix = Buffer.from(identityLine(options.listener.identity))
  }

  /** Throws when the port is taken. */
  open(): void {
    if (this.#socket !== undefined) return
    const { namespace, port, listener } = this.#options
    const socket = namespace.inside(() => bindUdp({ port }))
    // Errors of single datagrams (a port unreachable that came back) concern the sender alone.
    socket.on('error', () => {})
    socket.on('message', (message, sender) => {
      const { mode } = listener
      if (mode?.kind === 'hang') return
      const answer = () => {
        if (this.#socket === socket) socket.send([this.#prefix, message], sender.port, sender.address)
      }
      if (mode?.kind === 'slow') setTimeout(answer, mode.delayMs)
      else answer()
    })
    this.#socket = socket
  }

  close(): void {
    this.#socket?.close()
    this.#socket = undefined
  }
}
