// What a namespace's links, addresses, routes and neighbours are, and how they are changed, at once and in order.
import { libc, SystemCallError } from './libc.ts'
import type { NetNamespace } from './namespace.ts'
import { type Change, describeChange } from './netlink/changes.ts'
import * as k from './netlink/constants.ts'
import {
  decodeAddress,
  decodeLink,
  decodeNeighbour,
  decodeRoute,
  type HeldAddress,
  type Link,
  type Neighbour,
  type Route,
} from './netlink/decode.ts'
import { writeChange } from './netlink/encode.ts'
import { type Message, MessageWriter } from './netlink/message.ts'
import { NetlinkSocket } from './netlink/socket.ts'

export type { Change, InterfaceAddress, MacAddress, NewLink, RouteChange, VethPeer } from './netlink/changes.ts'
export type { HeldAddress, Link, Neighbour, Route } from './netlink/decode.ts'

/** Answers and errors wait in the socket's buffer until we read them, so a batch stays small enough to fit there. */
const batchSize = 64

export interface Netlink extends Disposable {
  /**
   * Carries out the changes in order, in as few system calls as can be. Throws `SystemCallError` for the first that
   * failed; those after it may have been carried out.
   */
  apply(changes: readonly Change[]): void
  links(): readonly Link[]
  addresses(): readonly HeldAddress[]
  routes(): readonly Route[]
  neighbours(): readonly Neighbour[]
  /** Throws ENODEV when there is none. Only inside the namespace. */
  indexOf(device: string): number
}

/** Opens a socket to the namespace that the calling thread is in. Indexes are looked up there, so stay inside. */
export function openNetlink(): Netlink {
  return new RouteNetlink()
}

/** Lets `work` change a namespace: `changeNetwork(namespace, netlink => netlink.apply([…]))`. */
export function changeNetwork<T>(namespace: NetNamespace, work: (netlink: Netlink) => T): T {
  return namespace.inside(() => {
    using netlink = openNetlink()
    return work(netlink)
  })
}

class RouteNetlink implements Netlink {
  readonly #socket = new NetlinkSocket()
  readonly #writer = new MessageWriter()
  readonly #indexes = new Map<string, number>()
  #sequence = 0
  /** Written and not sent yet, oldest first; the last has the current sequence number. */
  #pending: Change[] = []

  apply(changes: readonly Change[]): void {
    for (const change of changes) {
      if (this.#pending.length >= batchSize) this.#flush()
      // A name may mean another interface after this.
      if (change.kind === 'delete-link') this.#indexes.delete(change.name)
      try {
        writeChange(this.#writer, change, this.#sequence + 1, device => this.#indexAfterPending(device))
      } catch (error) {
        this.#flush()
        throw error
      }
      this.#sequence++
      this.#pending.push(change)
    }
    this.#flush()
  }

  links(): readonly Link[] {
    return this.#dump(k.RTM_GETLINK, 16, decodeLink)
  }

  addresses(): readonly HeldAddress[] {
    return this.#dump(k.RTM_GETADDR, 8, decodeAddress)
  }

  routes(): readonly Route[] {
    return this.#dump(k.RTM_GETROUTE, 12, decodeRoute)
  }

  neighbours(): readonly Neighbour[] {
    return this.#dump(k.RTM_GETNEIGH, 12, decodeNeighbour)
  }

  indexOf(device: string): number {
    const known = this.#indexes.get(device)
    if (known !== undefined) return known
    const index = libc.ifNameToIndex(device)
    if (index === 0) throw new SystemCallError(`cannot find the interface ${device}`, ENODEV)
    this.#indexes.set(device, index)
    return index
  }

  [Symbol.dispose](): void {
    this.#socket[Symbol.dispose]()
  }

  /** The interface may be made by a change that still waits to be sent. */
  #indexAfterPending(device: string): number {
    const known = this.#indexes.get(device)
    if (known !== undefined) return known
    this.#flush()
    return this.indexOf(device)
  }

  #flush(): void {
    if (this.#pending.length === 0) return
    const sent = this.#pending
    this.#pending = []
    this.#writer.setFlags(k.NLM_F_ACK)
    const first = this.#sequence - sent.length + 1
    for (const refusal of this.#socket.request(this.#writer.take(), this.#sequence)) {
      const change = sent[refusal.sequence - first]
      if (change === undefined) throw new SystemCallError('the kernel refused an unknown change', refusal.errno)
      if ('missingOk' in change && change.missingOk === true && meansMissing.has(refusal.errno)) continue
      throw new SystemCallError(`cannot ${describeChange(change)}`, refusal.errno, refusal.detail)
    }
  }

  #dump<T>(type: number, fixedLength: number, decode: (message: Message) => T | undefined): readonly T[] {
    const writer = new MessageWriter()
    const header = { type, flags: k.NLM_F_REQUEST | k.NLM_F_DUMP, sequence: ++this.#sequence }
    writer.message(header, Buffer.alloc(fixedLength), () => {})
    return this.#socket.dump(writer.take(), decode)
  }
}

const ENOENT = 2
const ESRCH = 3
const ENODEV = 19
const EADDRNOTAVAIL = 99
/** What the kernel answers to the deletion of a neighbour, a route, an interface or an address that is not there. */
const meansMissing = new Set([ENOENT, ESRCH, ENODEV, EADDRNOTAVAIL])
