// What is questionable about the load-balancer pools of a cluster?
import { compareDiagnostics, type Diagnostic } from '../../diagnostics/diagnostic.ts'
import { contains } from '../../net/cidr.ts'
import { fieldText } from '../../objects/problems.ts'
import type { PoolUse } from './allocate.ts'
import { poolRanges } from './pool-ranges.ts'

/** Without positions: whoever read the pools from files finds them by `object` and `field`. */
export function examinePools(uses: readonly PoolUse[]): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  for (const { pool, reserved, available, total, used } of uses) {
    const object = `CiliumLoadBalancerIPPool/${pool.name}`
    for (const { severity, message, path, fix } of poolRanges(pool.object).problems) {
      const isOldForm = path[1] === 'cidrs' && path.length === 2
      const text = isOldForm ? message : `${path.join('.')}: ${message}`
      found.push({
        code: isOldForm ? 'FW109' : 'FW213',
        severity,
        object,
        field: fieldText(path),
        message: `pool ${pool.name}: ${text}`,
        ...(fix === undefined ? {} : { fix }),
      })
    }
    for (const [address, owner] of reserved) {
      const range = pool.ranges.find(candidate => contains(candidate, address))
      found.push({
        code: 'FW210',
        severity: 'warning',
        object,
        field: fieldText(range?.path ?? ['spec']),
        message: `pool ${pool.name} holds ${address}, which belongs to ${owner}`,
        why: 'Two machines would answer for one address. Fairway never hands it out; Cilium would.',
        fix: `take ${address} out of the blocks of pool ${pool.name}`,
      })
    }
    if (pool.conflict !== undefined) {
      found.push({
        code: 'FW212',
        severity: 'error',
        object,
        field: fieldText(pool.conflictAt?.path ?? ['spec']),
        message: `pool ${pool.name} hands out nothing: ${pool.conflict}`,
        why: 'Of two pools that overlap, the newer one stands back.',
        fix: 'make the ranges disjoint',
      })
    } else if (total > 0n && available === 0n) {
      const others = reserved.size === 0 ? '' : `, and machines have ${reserved.size}`
      found.push({
        code: 'FW214',
        severity: 'info',
        object,
        field: fieldText(pool.ranges[0]?.path.slice(0, 2) ?? ['spec']),
        message: `pool ${pool.name} has no free address left: Services have ${used} of its ${total}${others}`,
        why: 'The next LoadBalancer Service stays <pending>.',
        fix: 'add a block before a Service needs one',
      })
    }
  }
  return found.sort(compareDiagnostics)
}
