// Which addresses does the next pod of a node get?
import { type Address, toBits } from '../../net/address.ts'
import { addressAt, type Cidr, contains, sizeOf } from '../../net/cidr.ts'

/** The network address and the first hosts are the gateway's and the user's; pods begin here. */
const firstIndex = 10

/** How many pods can have an address at the same time. */
export function placesIn(cidrs: readonly Cidr[]): number {
  return Math.max(0, endOfPlaces(cidrs) - firstIndex)
}

/** The last address of an IPv4 network is its broadcast address. */
function endOfPlaces(cidrs: readonly Cidr[]): number {
  return Math.min(65_536, ...cidrs.map(cidr => Number(sizeOf(cidr)))) - 1
}

/**
 * One node's address plan: the same place in each of its pod CIDRs. Places are handed out in turn, so that an address
 * that was given back rests as long as possible: what still knows the old pod must not reach a new one.
 */
export class PodAddresses {
  readonly #cidrs: readonly Cidr[]
  readonly #taken = new Set<number>()
  readonly #places: number
  #next = firstIndex

  constructor(cidrs: readonly Cidr[]) {
    this.#cidrs = cidrs
    this.#places = endOfPlaces(cidrs)
  }

  /** Undefined when every place is taken. One address per CIDR, in their order. */
  allocate(): readonly Address[] | undefined {
    if (this.#cidrs.length === 0) return undefined
    for (let tries = firstIndex; tries < this.#places; tries++) {
      const place = this.#next
      this.#next = place + 1 >= this.#places ? firstIndex : place + 1
      if (this.#taken.has(place)) continue
      this.#taken.add(place)
      return this.#at(place)
    }
    return undefined
  }

  /** Takes the addresses of a pod that is known already. Undefined when they are not ours, or another pod has them. */
  claim(first: Address): readonly Address[] | undefined {
    const place = this.#placeOf(first)
    if (place === undefined || this.#taken.has(place)) return undefined
    this.#taken.add(place)
    if (place >= this.#next) this.#next = place + 1 >= this.#places ? firstIndex : place + 1
    return this.#at(place)
  }

  release(first: Address): void {
    const place = this.#placeOf(first)
    if (place !== undefined) this.#taken.delete(place)
  }

  #placeOf(first: Address): number | undefined {
    const cidr = this.#cidrs[0]
    if (cidr === undefined || !contains(cidr, first)) return undefined
    const place = Number(toBits(first) - cidr.first)
    return place >= firstIndex && place < this.#places ? place : undefined
  }

  #at(place: number): readonly Address[] {
    return this.#cidrs.map(cidr => addressAt(cidr, place)).filter(address => address !== undefined)
  }
}
