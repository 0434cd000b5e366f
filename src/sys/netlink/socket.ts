// How requests reach the kernel and its answers come back, all before the call returns.
import { closeSync } from 'node:fs'
import { check, libc, SystemCallError } from '../libc.ts'
import {
  AF_NETLINK,
  NETLINK_CAP_ACK,
  NETLINK_EXT_ACK,
  NETLINK_ROUTE,
  NLM_F_ACK_TLVS,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSGERR_ATTR_MSG,
  SOL_NETLINK,
} from './constants.ts'
import { headerLength, type Message, readAttributes, readMessages, readText } from './message.ts'

const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
/** The kernel sends dumps in datagrams of at most 32 KiB. */
const receiveBufferBytes = 65_536

/** What the kernel refused: which message, and why. */
export interface Refusal {
  readonly sequence: number
  readonly errno: number
  /** The kernel's own words, where it has some. */
  readonly detail: string
}

/** Shared by all sockets: a datagram is decoded before anything else is received, and nothing of it is kept. */
const received = Buffer.allocUnsafe(receiveBufferBytes)

/** A socket of the namespace in which it was opened; it may be used from anywhere. */
export class NetlinkSocket implements Disposable {
  /** -1 once disposed of, so that a late use cannot reach a file that got the same number. */
  #fd: number

  /** Routing by default; other parts of the kernel speak netlink under other protocol numbers. */
  constructor(protocol = NETLINK_ROUTE) {
    this.#fd = check('cannot open a netlink socket', libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol))
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK]) {
      // Kernels before 4.12 lack these; then errors come without words, and are still errors.
      libc.setsockopt(this.#fd, SOL_NETLINK, option, Uint8Array.of(1, 0, 0, 0), 4)
    }
  }

  /**
   * Sends messages of which the last asks for an acknowledgement. The kernel works on them in order, within the call,
   * and answers only what failed, then the last.
   */
  request(messages: Buffer, lastSequence: number): readonly Refusal[] {
    this.#send(messages)
    const refusals: Refusal[] = []
    for (;;) {
      for (const message of this.#receive()) {
        if (message.type !== NLMSG_ERROR) continue
        const errno = -message.body.readInt32LE(0)
        if (errno !== 0) refusals.push({ sequence: message.sequence, errno, detail: detailOf(message) })
        if (message.sequence === lastSequence) return refusals
      }
    }
  }

  /** Every object of a dump, decoded. Starts over when the kernel says that it changed meanwhile. */
  dump<T>(request: Buffer, decode: (message: Message) => T | undefined): readonly T[] {
    for (;;) {
      const found = this.#dumpOnce(request, decode)
      if (found !== undefined) return found
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd >= 0) closeSync(this.#fd)
    this.#fd = -1
  }

  #dumpOnce<T>(request: Buffer, decode: (message: Message) => T | undefined): readonly T[] | undefined {
    this.#send(request)
    const found: T[] = []
    let interrupted = false
    for (;;) {
      for (const message of this.#receive()) {
        interrupted ||= (message.flags & NLM_F_DUMP_INTR) !== 0
        if (message.type === NLMSG_DONE) return interrupted ? undefined : found
        if (message.type === NLMSG_ERROR) {
          throw new SystemCallError('the kernel refused to list', -message.body.readInt32LE(0), detailOf(message))
        }
        const decoded = decode(message)
        if (decoded !== undefined) found.push(decoded)
      }
    }
  }

  #send(bytes: Buffer): void {
    check('cannot send to the kernel', libc.send(this.#fd, bytes, bytes.length, 0))
  }

  #receive(): Iterable<Message> {
    const length = libc.recv(this.#fd, received, received.length, 0)
    check('cannot receive from the kernel', length)
    return readMessages(received.subarray(0, length))
  }
}

function detailOf(message: Message): string {
  if ((message.flags & NLM_F_ACK_TLVS) === 0) return ''
  // After the error number stands the header of the refused message; its payload is left out (NETLINK_CAP_ACK).
  const words = readAttributes(message.body, 4 + headerLength).get(NLMSGERR_ATTR_MSG)
  return words === undefined ? '' : readText(words)
}
