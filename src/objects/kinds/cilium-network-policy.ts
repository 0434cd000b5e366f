// What a CiliumNetworkPolicy is, and what the API server defaults, checks and prints of it.
import type { ICiliumNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2/CiliumNetworkPolicy'
import type { Immutable, KubeObject } from '../object.ts'
import { column, conditionField, crdAgeColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface CiliumNetworkPolicy extends KubeObject {
  readonly spec?: Immutable<NonNullable<ICiliumNetworkPolicy['spec']>>
  readonly specs?: Immutable<NonNullable<ICiliumNetworkPolicy['specs']>>
  readonly status?: Immutable<NonNullable<ICiliumNetworkPolicy['status']>>
}

export const ciliumNetworkPolicies = defineKind<CiliumNetworkPolicy>({
  group: 'cilium.io',
  version: 'v2',
  kind: 'CiliumNetworkPolicy',
  plural: 'ciliumnetworkpolicies',
  namespaced: true,
  schema: 'io.cilium.v2.CiliumNetworkPolicy',
  shortNames: ['cnp', 'ciliumnp'],
  categories: ['cilium', 'ciliumpolicy'],
  hasStatus: true,
  columns: [nameColumn, crdAgeColumn, column('Valid', policy => conditionField(policy, 'Valid'))],
})
