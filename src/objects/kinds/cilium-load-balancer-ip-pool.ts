// What a CiliumLoadBalancerIPPool is, and what the API server defaults, checks and prints of it.
import type { ICiliumLoadBalancerIPPoolSpec } from '@kubernetes-models/cilium/cilium.io/v2/CiliumLoadBalancerIPPoolSpec'
import type { ICiliumLoadBalancerIPPoolStatus } from '@kubernetes-models/cilium/cilium.io/v2/CiliumLoadBalancerIPPoolStatus'
import { checkPool } from '../checks/pool.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { applySchemaDefaults, schemaOf } from '../schema.ts'
import { column, conditionField, crdAgeColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface CiliumLoadBalancerIPPool extends KubeObject {
  /** `cidrs` is the form before Cilium 1.16; `blocksOf` reads both. */
  readonly spec?: Immutable<ICiliumLoadBalancerIPPoolSpec> & { readonly cidrs?: readonly { readonly cidr?: string }[] }
  readonly status?: Immutable<ICiliumLoadBalancerIPPoolStatus>
}

export const ciliumLoadBalancerIPPools = defineKind<CiliumLoadBalancerIPPool>({
  group: 'cilium.io',
  version: 'v2',
  kind: 'CiliumLoadBalancerIPPool',
  plural: 'ciliumloadbalancerippools',
  namespaced: false,
  schema: 'io.cilium.v2.CiliumLoadBalancerIPPool',
  shortNames: ['ippools', 'ippool', 'lbippool', 'lbippools'],
  categories: ['cilium'],
  alsoServed: ['v2alpha1'],
  hasStatus: true,
  defaults: pool => applySchemaDefaults(schemaOf('io.cilium.v2.CiliumLoadBalancerIPPool'), pool),
  check: checkPool,
  columns: [
    nameColumn,
    column('Disabled', pool => pool.spec?.disabled ?? null, 'boolean'),
    column('Conflicting', pool => conditionField(pool, 'cilium.io/PoolConflict')),
    column('IPs Available', pool => conditionField(pool, 'cilium.io/IPsAvailable', 'message')),
    crdAgeColumn,
  ],
})

/** Addresses of a pool as written: a CIDR, or a range whose end is its start when it is missing. */
export type PoolBlock =
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'range'; readonly start: string; readonly stop: string }

/** The blocks of `spec.blocks`, then those of the removed `spec.cidrs`; empty entries are left out. */
export function blocksOf(pool: CiliumLoadBalancerIPPool): readonly PoolBlock[] {
  return [...(pool.spec?.blocks ?? []), ...(pool.spec?.cidrs ?? [])].flatMap((block): PoolBlock[] => {
    const { cidr, start, stop } = block as { cidr?: string; start?: string; stop?: string }
    if (cidr) return [{ kind: 'cidr', cidr }]
    return start ? [{ kind: 'range', start, stop: stop || start }] : []
  })
}
