// How the launching command and the daemon hear of each other: lines of JSON both ways over one inherited socket.

import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Duplex } from 'node:stream'

/** Passed to the daemon in the environment variable `FAIRWAY_DAEMON`. */
export interface DaemonOrders {
  readonly lab: string
  readonly statePath: string
  readonly detached: boolean
  /** Listening TCP sockets of the host's loopback, by name: descriptor and port. */
  readonly sockets: Readonly<Record<string, { readonly fd: number; readonly port: number }>>
  /** What the launching command wants of it; JSON. */
  readonly settings: unknown
}

export const ordersVariable = 'FAIRWAY_DAEMON'
/** The descriptor of the daemon's end of the leash. */
export const leashDescriptor = 3

export interface Leash {
  readonly orders: DaemonOrders
  /** Sends one message to the launching command, if it still listens. */
  report(message: object): void
  /** Resolves when the launching command is gone, and never when the daemon is detached. */
  readonly released: Promise<void>
}

/** The daemon's end. Resolves once the launcher has put down who we are; ends the process when it died before. */
export async function takeLeash(env: NodeJS.ProcessEnv): Promise<Leash> {
  const text = env[ordersVariable]
  if (text === undefined) throw new Error(`${ordersVariable} is not set; the daemon is started by \`fairway up\``)
  const orders = JSON.parse(text) as DaemonOrders
  // Programs that the daemon starts have no use for it.
  delete env[ordersVariable]
  const socket = new Socket({ fd: leashDescriptor, readable: true, writable: true })
  socket.on('error', () => {})
  const closed = new Promise<void>(resolve => socket.once('close', () => resolve()))
  const told = new Promise<void>(resolve => onMessages(socket, () => resolve()))
  send(socket, { kind: 'waiting' })
  const early = await Promise.race([told, closed.then(() => 'gone')])
  if (early === 'gone') process.exit(1)
  return {
    orders,
    report: message => send(socket, message),
    released: orders.detached ? new Promise(() => {}) : closed,
  }
}

export function send(socket: Duplex, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}

/** Calls back for each whole line; a line that is no JSON is not ours and is passed over. */
export function onMessages(socket: Duplex, callback: (message: unknown) => void): void {
  const lines = createInterface({ input: socket })
  lines.on('line', line => {
    const message = parse(line)
    if (message !== undefined) callback(message)
  })
  // It repeats the socket's errors: the other end is gone, which the socket's close tells whoever cares.
  lines.on('error', () => {})
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
