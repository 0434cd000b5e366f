// What is questionable about the load-balancer pools of a cluster?
import { compareDiagnostics, type Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { PoolUse } from './allocate.ts'
import { poolRanges } from './pool-ranges.ts'

/** Without positions: whoever read the pools from files adds them. */
export function examinePools(uses: readonly PoolUse[]): readonly Diagnostic[] {
  const found: Diagnostic[] = []
  for (const { pool, reserved, available, total } of uses) {
    const object = `CiliumLoadBalancerIPPool/${pool.name}`
    for (const { severity, message, path, fix } of poolRanges(pool.object).problems) {
      const isOldForm = path[1] === 'cidrs' && path.length === 2
      const text = isOldForm ? message : `${path.join('.')}: ${message}`
      found.push({
        code: isOldForm ? 'FW211' : 'FW213',
        severity,
        object,
        message: `pool ${pool.name}: ${text}`,
        ...(fix === undefined ? {} : { fix }),
      })
    }
    for (const [address, owner] of reserved) {
      found.push({
        code: 'FW210',
        severity: 'warning',
        object,
        message: `pool ${pool.name} holds ${address}, which belongs to ${owner}`,
        why: 'Two machines would answer for one address. Fairway never hands it out; Cilium would.',
        fix: `Take ${address} out of the blocks of pool ${pool.name}.`,
      })
    }
    if (pool.conflict !== undefined) {
      found.push({
        code: 'FW212',
        severity: 'error',
        object,
        message: `pool ${pool.name} hands out nothing: ${pool.conflict}`,
        why: 'Of two pools that overlap, the newer one stands back.',
        fix: 'Make the ranges disjoint.',
      })
    } else if (total > 0n && available === 0n) {
      const message = `every address of pool ${pool.name} is taken (${total} in all)`
      found.push({
        code: 'FW214',
        severity: 'info',
        object,
        message,
        fix: 'Add a block before the next Service needs one.',
      })
    }
  }
  return found.sort(compareDiagnostics)
}
