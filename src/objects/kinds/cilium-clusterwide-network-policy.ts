// What a CiliumClusterwideNetworkPolicy is, and what the API server defaults, checks and prints of it.
import type { ICiliumClusterwideNetworkPolicy } from '@kubernetes-models/cilium/cilium.io/v2/CiliumClusterwideNetworkPolicy'
import type { Immutable, KubeObject } from '../object.ts'
import { column, conditionField, crdAgeColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface CiliumClusterwideNetworkPolicy extends KubeObject {
  readonly spec?: Immutable<NonNullable<ICiliumClusterwideNetworkPolicy['spec']>>
  readonly specs?: Immutable<NonNullable<ICiliumClusterwideNetworkPolicy['specs']>>
  readonly status?: Immutable<NonNullable<ICiliumClusterwideNetworkPolicy['status']>>
}

export const ciliumClusterwideNetworkPolicies = defineKind<CiliumClusterwideNetworkPolicy>({
  group: 'cilium.io',
  version: 'v2',
  kind: 'CiliumClusterwideNetworkPolicy',
  plural: 'ciliumclusterwidenetworkpolicies',
  namespaced: false,
  schema: 'io.cilium.v2.CiliumClusterwideNetworkPolicy',
  shortNames: ['ccnp'],
  categories: ['cilium', 'ciliumpolicy'],
  hasStatus: true,
  columns: [nameColumn, crdAgeColumn, column('Valid', policy => conditionField(policy, 'Valid'))],
})
