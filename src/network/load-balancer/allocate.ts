// Which load-balancer addresses does each Service get, out of which pool, and if none, why? (LB IPAM, facts of Cilium 1.19.)
import { type Address, compareAddresses, type Family, familyOf } from '../../net/address.ts'
import { addressAt, sizeOf } from '../../net/cidr.ts'
import type { CiliumLoadBalancerIPPool } from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { type AddressRequest, addressRequest } from './address-request.ts'
import { type PoolRange, rangesContain } from './pool-ranges.ts'
import { isOpen, type Pool, readPools, serves } from './pools.ts'
import type { ReservedAddresses } from './reserved-addresses.ts'
import { whyNotShared } from './sharing.ts'

export interface AllocationQuestion {
  readonly pools: readonly CiliumLoadBalancerIPPool[]
  /** All Services; those that are no load balancer of ours are passed over. */
  readonly services: readonly Service[]
  readonly reserved: ReservedAddresses
  /** Families that the cluster has. Default IPv4. */
  readonly families?: readonly Family[]
}

export type Reason =
  | 'satisfied'
  | 'no_pool'
  | 'out_of_ips'
  | 'already_allocated'
  | 'already_allocated_incompatible_service'
  | 'pool_selector_mismatch'

export interface ServiceAddresses {
  /** For status.loadBalancer.ingress: what was held first, in its order. */
  readonly addresses: readonly Address[]
  readonly reason: Reason
  /** What is missing and why; empty when satisfied. */
  readonly message: string
}

export interface PoolUse {
  readonly pool: Pool
  readonly total: bigint
  readonly used: bigint
  /** Neither used nor somebody else's. */
  readonly available: bigint
  /** Addresses of the pool that belong to a machine, with its name: they are never handed out. */
  readonly reserved: ReadonlyMap<Address, string>
}

export interface Allocation {
  /** By key, for every Service that is ours to serve. Empty as long as there is no pool: LB IPAM is dormant then. */
  readonly services: ReadonlyMap<string, ServiceAddresses>
  readonly pools: readonly PoolUse[]
}

/** Classes whose addresses come from pools here; a Service without a class has them too. */
const ourClasses = new Set(['io.cilium/l2-announcer'])

/** Pure and deterministic: what is held stays where it may, so that a restart changes nothing. */
export function allocate(question: AllocationQuestion): Allocation {
  const pools = readPools(question.pools)
  if (pools.length === 0) return { services: new Map(), pools: [] }
  const families = question.families ?? [4]
  const requests = question.services
    .filter(isOurs)
    .map(service => addressRequest(service, families))
    .sort((a, b) => a.createdMs - b.createdMs || (a.key < b.key ? -1 : 1))
  const ledger = new Ledger(pools, question.reserved)
  // Everybody keeps what they may keep before anybody gets something new.
  for (const request of requests) ledger.keep(request)
  const services = new Map(requests.map(request => [request.key, ledger.fill(request)]))
  return { services, pools: pools.map(pool => ledger.useOf(pool)) }
}

export function isOurs(service: Service): boolean {
  const { spec } = service
  const itsClass = spec?.loadBalancerClass
  return spec?.type === 'LoadBalancer' && (itsClass === undefined || ourClasses.has(itsClass))
}

interface Shortfall {
  readonly reason: Exclude<Reason, 'satisfied'>
  readonly message: string
}

class Ledger {
  readonly #pools: readonly Pool[]
  readonly #reserved: ReservedAddresses
  readonly #holders = new Map<Address, AddressRequest[]>()
  readonly #held = new Map<string, Address[]>()
  /** Addresses by sharing key, in the order in which they were taken. */
  readonly #shared = new Map<string, Set<Address>>()
  /** Where the search for a free address goes on: everything before it is taken. */
  readonly #cursors = new Map<PoolRange, bigint>()

  constructor(pools: readonly Pool[], reserved: ReservedAddresses) {
    this.#pools = pools
    this.#reserved = reserved
  }

  keep(request: AddressRequest): void {
    const covered = new Set<Family>()
    for (const address of request.held) {
      const family = familyOf(address)
      const isWanted =
        request.addresses.length > 0
          ? request.addresses.includes(address)
          : request.families.includes(family) && !covered.has(family)
      // A disabled or conflicting pool gives nothing new, but what it gave stays.
      const isBacked = this.#pools.some(pool => serves(pool, request) && rangesContain(pool.ranges, address))
      if (!isWanted || !isBacked || this.#reserved.has(address) || this.#obstacle(address, request) !== undefined)
        continue
      covered.add(family)
      this.#take(address, request)
    }
  }

  fill(request: AddressRequest): ServiceAddresses {
    const shortfalls = request.addresses.length > 0 ? this.#fillRequested(request) : this.#fillFamilies(request)
    const [first] = shortfalls
    return {
      addresses: this.#held.get(request.key) ?? [],
      reason: first?.reason ?? 'satisfied',
      message: shortfalls.map(({ message }) => message).join('; '),
    }
  }

  useOf(pool: Pool): PoolUse {
    const total = pool.ranges.reduce((sum, range) => sum + sizeOf(range), 0n)
    const used = [...this.#holders.keys()].filter(address => rangesContain(pool.ranges, address)).length
    const reserved = [...this.#reserved].filter(([address]) => rangesContain(pool.ranges, address))
    reserved.sort(([a], [b]) => compareAddresses(a, b))
    const available = total - BigInt(used + reserved.length)
    return { pool, total, used: BigInt(used), available, reserved: new Map(reserved) }
  }

  #fillRequested(request: AddressRequest): readonly Shortfall[] {
    const shortfalls: Shortfall[] = []
    for (const address of request.addresses) {
      if (this.#held.get(request.key)?.includes(address)) continue
      const shortfall = this.#refusal(address, request)
      if (shortfall === undefined) this.#take(address, request)
      else shortfalls.push(shortfall)
    }
    return shortfalls
  }

  #refusal(address: Address, request: AddressRequest): Shortfall | undefined {
    const holding = this.#pools.filter(pool => isOpen(pool) && rangesContain(pool.ranges, address))
    if (holding.length === 0) {
      return { reason: 'no_pool', message: `no enabled pool without conflicts holds ${address}` }
    }
    if (!holding.some(pool => serves(pool, request))) {
      const names = holding.map(({ name }) => name).join(', ')
      return {
        reason: 'pool_selector_mismatch',
        message: `pool ${names} holds ${address}, but its selector excludes this Service`,
      }
    }
    const owner = this.#reserved.get(address)
    if (owner !== undefined) return { reason: 'already_allocated', message: `${address} belongs to ${owner}` }
    return this.#obstacle(address, request)
  }

  /** Who holds the address already and cannot share it. */
  #obstacle(address: Address, request: AddressRequest): Shortfall | undefined {
    for (const holder of this.#holders.get(address) ?? []) {
      const why = whyNotShared(request, holder)
      if (why === undefined) continue
      const isAttempt = request.sharing.key !== '' && request.sharing.key === holder.sharing.key
      return isAttempt
        ? {
            reason: 'already_allocated_incompatible_service',
            message: `${address} cannot be shared with Service ${holder.key}: ${why}`,
          }
        : { reason: 'already_allocated', message: `Service ${holder.key} has ${address}` }
    }
    return undefined
  }

  #fillFamilies(request: AddressRequest): readonly Shortfall[] {
    const shortfalls: Shortfall[] = []
    for (const family of request.families) {
      if (this.#held.get(request.key)?.some(address => familyOf(address) === family)) continue
      const found = this.#find(family, request)
      if (typeof found === 'object') shortfalls.push(found)
      else this.#take(found, request)
    }
    return shortfalls
  }

  #find(family: Family, request: AddressRequest): Address | Shortfall {
    const ranges = this.#pools
      .filter(pool => isOpen(pool) && serves(pool, request))
      .flatMap(pool => pool.ranges.filter(range => range.family === family))
    if (ranges.length === 0) {
      return { reason: 'no_pool', message: `no enabled pool with IPv${family} addresses selects this Service` }
    }
    let clash: Shortfall | undefined
    for (const address of this.#shared.get(request.sharing.key) ?? []) {
      if (familyOf(address) !== family || !rangesContain(ranges, address)) continue
      const obstacle = this.#obstacle(address, request)
      if (obstacle === undefined) return address
      clash ??= obstacle
    }
    for (const range of ranges) {
      const address = this.#firstFree(range)
      if (address !== undefined) return address
    }
    // Upstream says out_of_ips here as well when the only address is taken by a Service that will not share: the
    // clash is what the user can mend.
    return (
      clash ?? { reason: 'out_of_ips', message: `every IPv${family} address of the pools for this Service is taken` }
    )
  }

  #firstFree(range: PoolRange): Address | undefined {
    for (let index = this.#cursors.get(range) ?? 0n; ; index++) {
      const address = addressAt(range, index)
      this.#cursors.set(range, index)
      if (address === undefined) return undefined
      if (!this.#holders.has(address) && !this.#reserved.has(address)) return address
    }
  }

  #take(address: Address, request: AddressRequest): void {
    const holders = this.#holders.get(address)
    if (holders === undefined) this.#holders.set(address, [request])
    else holders.push(request)
    const own = this.#held.get(request.key)
    if (own === undefined) this.#held.set(request.key, [address])
    else own.push(address)
    const { key } = request.sharing
    if (key === '') return
    const shared = this.#shared.get(key) ?? new Set()
    this.#shared.set(key, shared.add(address))
  }
}
