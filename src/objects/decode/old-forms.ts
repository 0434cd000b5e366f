// Which objects are written in a form that upstream has removed, and how is it written today?
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { DecodedObject } from '../decode.ts'
import { blocksOf, type CiliumLoadBalancerIPPool } from '../kinds/cilium-load-balancer-ip-pool.ts'
import { describeObject } from '../object.ts'

export function oldFormWarnings(decoded: DecodedObject): Diagnostic[] {
  const { object, definition } = decoded
  if (definition.kind !== 'CiliumLoadBalancerIPPool') return []
  const pool = object as CiliumLoadBalancerIPPool
  if (pool.spec?.cidrs === undefined) return []
  const blocks = blocksOf(pool).map(block =>
    block.kind === 'cidr' ? `  - cidr: "${block.cidr}"` : `  - start: "${block.start}"\n    stop: "${block.stop}"`,
  )
  return [
    {
      code: 'FW109',
      severity: 'warning',
      message: `${describeObject(object)} uses spec.cidrs, which Cilium 1.16 removed`,
      why: 'Fairway reads it as spec.blocks; on a cluster of today the pool would be empty and every LoadBalancer Service would stay <pending>.',
      fix: `write instead:\napiVersion: cilium.io/v2\nspec:\n  blocks:\n${blocks.join('\n')}`,
      position: decoded.positionOf(['spec', 'cidrs'], 'key'),
      object: describeObject(object),
    },
  ]
}
