// What a CiliumLoadBalancerIPPool is, and what the API server defaults, checks and prints of it.
import type { ICiliumLoadBalancerIPPoolSpec } from '@kubernetes-models/cilium/cilium.io/v2/CiliumLoadBalancerIPPoolSpec'
import type { ICiliumLoadBalancerIPPoolStatus } from '@kubernetes-models/cilium/cilium.io/v2/CiliumLoadBalancerIPPoolStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface CiliumLoadBalancerIPPool extends KubeObject {
  readonly spec?: Immutable<ICiliumLoadBalancerIPPoolSpec>
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
})
