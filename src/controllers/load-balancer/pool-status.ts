// What does a pool's status say, and since when?
import type { Condition } from '../../network/load-balancer/pool-conditions.ts'
import type { CiliumLoadBalancerIPPool } from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import { formatTime } from '../../objects/time.ts'

export function poolStatus(
  pool: CiliumLoadBalancerIPPool,
  { conditions, now }: { readonly conditions: readonly Condition[]; readonly now: number },
): NonNullable<CiliumLoadBalancerIPPool['status']> {
  const before = pool.status?.conditions ?? []
  const types = new Set(conditions.map(({ type }) => type))
  return {
    ...pool.status,
    conditions: [
      ...before.filter(({ type }) => !types.has(type)),
      ...conditions.map(condition => {
        const past = before.find(({ type }) => type === condition.type)
        return {
          ...condition,
          observedGeneration: pool.metadata.generation ?? 0,
          // Counts live in the message, so a new message is a transition here, as upstream writes it.
          lastTransitionTime:
            past?.status === condition.status && past.message === condition.message
              ? past.lastTransitionTime
              : formatTime(now),
        }
      }),
    ],
  }
}
