// Which ranges of addresses does a pool name, and where in the object?
import { parseAddress } from '../../net/address.ts'
import { hostCidr, parseCidr, parseRange, type Range } from '../../net/cidr.ts'
import type { CiliumLoadBalancerIPPool } from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import type { FieldPath } from './rule.ts'

export interface PoolRange {
  readonly range: Range
  readonly path: FieldPath
  /** As the user wrote it. */
  readonly text: string
}

interface Block {
  readonly cidr?: string
  readonly start?: string
  readonly stop?: string
}

/** Blocks of either form, `spec.blocks` and the removed `spec.cidrs`; what cannot be parsed is decode's finding. */
export function poolRanges(pool: CiliumLoadBalancerIPPool): readonly PoolRange[] {
  const spec = pool.spec as { readonly blocks?: readonly Block[]; readonly cidrs?: readonly Block[] } | undefined
  return (['blocks', 'cidrs'] as const).flatMap(field =>
    (spec?.[field] ?? []).flatMap((block, index): PoolRange[] => {
      const text = block.cidr ?? [block.start, block.stop].filter(end => end !== undefined).join('–')
      const range = rangeOf(block)
      return range === undefined ? [] : [{ range, path: ['spec', field, index], text }]
    }),
  )
}

function rangeOf({ cidr, start, stop }: Block): Range | undefined {
  if (cidr !== undefined) return parseCidr(cidr)
  if (start === undefined) return undefined
  if (stop !== undefined) return parseRange(start, stop)
  const single = parseAddress(start)
  return single === undefined ? undefined : hostCidr(single)
}
