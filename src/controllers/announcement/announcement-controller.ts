// How does every load-balancer address come to stand on exactly the node that the Network names for it?
import { type Clock, pause, systemClock } from '../../client/clock.ts'
import type { Address } from '../../net/address.ts'
import type { Network } from '../../network/model.ts'
import type { Problem } from '../framework/context.ts'
import type { NetworkSource } from '../network/start-network.ts'

/** The machines, as far as announcing goes. Both may be called again for what is done already. */
export interface Announcers {
  /** From its return on, the node answers for the address, and the LAN has been told. */
  announce(node: string, address: Address): void | Promise<void>
  /** From its return on, the node does not answer for the address. */
  withdraw(node: string, address: Address): void | Promise<void>
}

export interface AnnouncementOptions {
  readonly network: NetworkSource
  readonly announcers: Announcers
  readonly clock?: Clock
  readonly signal: AbortSignal
  readonly onProblem?: (problem: Problem) => void
  /** Called after each move; `from` is absent for a new address, `to` for one that nobody answers for any more. */
  readonly onMove?: (move: AddressMove) => void
}

export interface AddressMove {
  readonly address: Address
  readonly from?: string
  readonly to?: string
}

export interface AnnouncementController extends AsyncDisposable {
  /** Who answers for what, as last carried out. */
  readonly announced: ReadonlyMap<Address, string>
  /** Resolves when the machines agree with the Network; goes on waiting through failures. */
  idle(): Promise<void>
}

const retryMs = 250

/** An address leaves its old node before it comes to the new one: a short silence is better than two answers. */
export function startAnnouncements(options: AnnouncementOptions): AnnouncementController {
  const { network, announcers, clock = systemClock, signal, onProblem, onMove } = options
  const stop = new AbortController()
  const ended = AbortSignal.any([signal, stop.signal])
  const announced = new Map<Address, string>()
  let wanted: Network['announcements'] = []
  let holders: ReadonlyMap<Address, string> = new Map()
  let settledOn: Network['announcements'] | undefined
  let working: Promise<void> | undefined

  const holderOf = (address: Address) => holders.get(address)

  async function attempt(address: Address, what: string, act: () => void | Promise<void>): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      onProblem?.({ where: `announcement: ${what}`, key: address, error, againInMs: retryMs })
      return false
    }
  }

  /** False when something could not be done and must be tried again. */
  async function move(address: Address): Promise<boolean> {
    const from = announced.get(address)
    if (from === holderOf(address)) return true
    if (from !== undefined) {
      const isGone = await attempt(address, `withdraw from ${from}`, () => announcers.withdraw(from, address))
      if (!isGone) return false
      announced.delete(address)
    }
    // Withdrawing takes time, and the Network may want another node by now.
    const to = holderOf(address)
    if (to !== undefined) {
      const isThere = await attempt(address, `announce from ${to}`, () => announcers.announce(to, address))
      if (!isThere) return false
      announced.set(address, to)
    }
    onMove?.({ address, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) })
    return true
  }

  async function work(): Promise<void> {
    while (!ended.aborted && settledOn !== wanted) {
      const target = wanted
      const addresses = new Set([...announced.keys(), ...holders.keys()])
      const done = await Promise.all([...addresses].map(move))
      if (done.every(Boolean)) settledOn = target
      else await pause(clock, retryMs, ended)
    }
    working = undefined
  }

  const unsubscribe = network.onChange(next => {
    if (wanted === next.announcements) return
    wanted = next.announcements
    holders = new Map(wanted.map(({ address, node }) => [address, node]))
    working ??= work()
  })

  return {
    announced,
    async idle() {
      while (working !== undefined) await working
    },
    async [Symbol.asyncDispose]() {
      unsubscribe()
      stop.abort()
      while (working !== undefined) await working
    },
  }
}
