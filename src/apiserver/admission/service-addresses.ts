// Which cluster addresses Services hold, and which is free: the state is always what the stored Services say.
import { type Address, type Family, formatAddress, parseAddress, toBits } from '../../net/address.ts'
import { type Cidr, contains, formatCidr, parseCidr, sizeOf } from '../../net/cidr.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { keyOf } from '../../objects/object.ts'
import type { Store } from '../store/store.ts'

export type Claim = { readonly kind: 'free' } | { readonly kind: 'refused'; readonly why: string }

interface Pool {
  readonly cidr: Cidr
  /** Where the search for a free address goes on, so that a released one is not given out again at once. */
  next: bigint
}

/** The API server's own Service has the first address, whoever asks for it before. */
const ownKey = 'default/kubernetes'

export class ServiceAddresses {
  /** Families in the order of the configured ranges; the first is the default. */
  readonly families: readonly Family[]
  readonly #pools: ReadonlyMap<Family, Pool>
  readonly #holders = new Map<Address, string>()

  constructor(store: Store, cidrs: readonly string[]) {
    const pools = new Map<Family, Pool>()
    for (const text of cidrs) {
      const cidr = parseCidr(text)
      if (cidr === undefined) throw new Error(`not a service CIDR: ${JSON.stringify(text)}`)
      pools.set(cidr.family, { cidr, next: firstDynamic(cidr) })
    }
    this.#pools = pools
    this.families = [...pools.keys()]
    const services = store.collection('services')
    for (const service of services.values()) this.#hold(service as Service)
    services.listen(store.revision, ({ previous, object, type }) => {
      if (previous !== undefined) this.#release(previous as Service)
      if (type !== 'DELETED') this.#hold(object as Service)
    })
  }

  cidrOf(family: Family): Cidr | undefined {
    return this.#pools.get(family)?.cidr
  }

  /** Whether the Service of this key may have the address. */
  check(address: Address, key: string): Claim {
    const pool = [...this.#pools.values()].find(({ cidr }) => contains(cidr, address))
    if (pool === undefined) {
      const ranges = [...this.#pools.values()].map(({ cidr }) => formatCidr(cidr)).join(', ')
      return {
        kind: 'refused',
        why: `the provided IP (${address}) is not in the valid range. The range of valid IPs is ${ranges}`,
      }
    }
    if (!this.#isUsable(pool.cidr, toBits(address))) {
      return {
        kind: 'refused',
        why: `the provided network does not match the current range or is reserved: ${address}`,
      }
    }
    const holder = this.#holders.get(address) ?? (address === this.#ownAddress(pool.cidr) ? ownKey : undefined)
    return holder === undefined || holder === key
      ? { kind: 'free' }
      : { kind: 'refused', why: 'provided IP is already allocated' }
  }

  /** A free address, or undefined when the range is used up. Nothing is taken: that happens when the Service is stored. */
  pick(family: Family, key: string): Address | undefined {
    const pool = this.#pools.get(family)
    if (pool === undefined) return undefined
    const { cidr } = pool
    if (key === ownKey) {
      const own = this.#ownAddress(cidr)
      if (!this.#holders.has(own)) return own
    }
    const total = sizeOf(cidr)
    const dynamic = firstDynamic(cidr)
    // Once around: from the last pick to the end, then from the start, the band for requested addresses last of all.
    for (let step = 0n, bits = pool.next; step < total; step++, bits++) {
      if (bits > cidr.last) bits = cidr.first
      const address = formatAddress(family, bits)
      if (!this.#isUsable(cidr, bits) || this.#holders.has(address) || address === this.#ownAddress(cidr)) continue
      if (bits < dynamic && step < total - (dynamic - cidr.first)) continue
      pool.next = bits + 1n
      return address
    }
    return undefined
  }

  #ownAddress(cidr: Cidr): Address {
    return formatAddress(cidr.family, cidr.first + 1n)
  }

  /** The network's own address is nobody's, nor is the last of an IPv4 range. */
  #isUsable(cidr: Cidr, bits: bigint): boolean {
    return bits > cidr.first && (cidr.family === 6 || bits < cidr.last)
  }

  #hold(service: Service): void {
    for (const address of addressesOf(service)) this.#holders.set(address, keyOf(service))
  }

  #release(service: Service): void {
    for (const address of addressesOf(service)) {
      if (this.#holders.get(address) === keyOf(service)) this.#holders.delete(address)
    }
  }
}

function addressesOf({ spec }: Service): readonly Address[] {
  const texts = spec?.clusterIPs ?? (spec?.clusterIP === undefined ? [] : [spec.clusterIP])
  return texts.flatMap(text => parseAddress(text) ?? [])
}

/** Upstream keeps the lower end of a range for addresses that are asked for: 16 to 256 of them, by its size. */
function firstDynamic(cidr: Cidr): bigint {
  const size = sizeOf(cidr)
  const band = size / 16n
  const kept = size <= 16n ? 1n : band < 16n ? 16n : band > 256n ? 256n : band
  return cidr.first + (kept < size ? kept : 1n)
}
