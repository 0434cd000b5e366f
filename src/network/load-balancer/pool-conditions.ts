// What a pool's status says of it, in the types and words of Cilium, from which `kubectl get ippools` makes its columns.
import type { PoolUse } from './allocate.ts'

export interface Condition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
}

/** The counts are texts, since an IPv6 pool has more addresses than a number holds. */
export function poolConditions({ pool, total, used, available }: PoolUse): readonly Condition[] {
  const count = (type: string, value: bigint): Condition => ({
    type: `cilium.io/${type}`,
    status: 'Unknown',
    reason: 'noreason',
    message: value.toString(),
  })
  return [
    pool.conflict === undefined
      ? { type: 'cilium.io/PoolConflict', status: 'False', reason: 'resolved', message: '' }
      : { type: 'cilium.io/PoolConflict', status: 'True', reason: 'cidr_overlap', message: pool.conflict },
    count('IPsTotal', total),
    count('IPsAvailable', available),
    count('IPsUsed', used),
  ]
}
