// Which pools may hand out addresses, to whom, and which are in each other's way?
import { overlaps } from '../../net/cidr.ts'
import type { CiliumLoadBalancerIPPool } from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import { type LabelSelector, matchesLabels } from '../../objects/selector.ts'
import type { AddressRequest } from './address-request.ts'
import { overlapWithin, type PoolRange, poolRanges } from './pool-ranges.ts'

export interface Pool {
  readonly name: string
  readonly object: CiliumLoadBalancerIPPool
  readonly ranges: readonly PoolRange[]
  /** Hands out nothing new; what it gave stays. */
  readonly disabled: boolean
  /** Why it stands back behind another pool, or is at odds with itself; such a pool hands out nothing new either. */
  readonly conflict?: string
  /** The range of the object that is in the way. */
  readonly conflictAt?: PoolRange
  readonly selector: LabelSelector | undefined
}

/** Oldest first, and by name among equally old ones: upstream leaves that to chance. */
export function readPools(objects: readonly CiliumLoadBalancerIPPool[]): readonly Pool[] {
  const sorted = [...objects].sort(
    (a, b) => createdMs(a) - createdMs(b) || (a.metadata.name < b.metadata.name ? -1 : 1),
  )
  const pools: Pool[] = []
  for (const object of sorted) {
    const { ranges } = poolRanges(object)
    const pool: Pool = {
      name: object.metadata.name,
      object,
      ranges,
      disabled: object.spec?.disabled === true,
      selector: object.spec?.serviceSelector,
    }
    const conflict = conflictOf(pool, pools)
    pools.push(conflict === undefined ? pool : { ...pool, conflict: conflict.text, conflictAt: conflict.range })
  }
  return pools
}

interface Conflict {
  readonly text: string
  readonly range: PoolRange
}

function conflictOf({ name, ranges }: Pool, older: readonly Pool[]): Conflict | undefined {
  const own = overlapWithin(ranges)
  if (own !== undefined) {
    const [first, second] = own
    const text = `Pool '${name}' conflicts with itself: range ${first.text} overlaps range ${second.text}`
    return { text, range: second }
  }
  for (const range of ranges) {
    for (const other of older) {
      const theirs = other.ranges.find(candidate => overlaps(range, candidate))
      if (theirs !== undefined) {
        const text = `Pool conflicts since range ${range.text} overlaps range ${theirs.text} from IP Pool '${other.name}'`
        return { text, range }
      }
    }
  }
  return undefined
}

export function isOpen(pool: Pool): boolean {
  return !pool.disabled && pool.conflict === undefined
}

/** A pool without a selector is for every Service. */
export function serves(pool: Pool, request: AddressRequest): boolean {
  return pool.selector === undefined || matchesLabels(pool.selector, request.labels)
}

function createdMs(object: CiliumLoadBalancerIPPool): number {
  const time = Date.parse(object.metadata.creationTimestamp ?? '')
  return Number.isNaN(time) ? 0 : time
}
