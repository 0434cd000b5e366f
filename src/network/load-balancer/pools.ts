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
    pools.push(conflict === undefined ? pool : { ...pool, conflict })
  }
  return pools
}

function conflictOf({ name, ranges }: Pool, older: readonly Pool[]): string | undefined {
  const own = overlapWithin(ranges)
  if (own !== undefined)
    return `Pool '${name}' conflicts with itself: range ${own[0].text} overlaps range ${own[1].text}`
  for (const range of ranges) {
    for (const other of older) {
      const theirs = other.ranges.find(candidate => overlaps(range, candidate))
      if (theirs !== undefined) {
        return `Pool conflicts since range ${range.text} overlaps range ${theirs.text} from IP Pool '${other.name}'`
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
