// What a CiliumL2AnnouncementPolicy is, and what the API server defaults, checks and prints of it.
import type { ICiliumL2AnnouncementPolicySpec } from '@kubernetes-models/cilium/cilium.io/v2alpha1/CiliumL2AnnouncementPolicySpec'
import type { ICiliumL2AnnouncementPolicyStatus } from '@kubernetes-models/cilium/cilium.io/v2alpha1/CiliumL2AnnouncementPolicyStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { crdAgeColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface CiliumL2AnnouncementPolicy extends KubeObject {
  readonly spec?: Immutable<ICiliumL2AnnouncementPolicySpec>
  readonly status?: Immutable<ICiliumL2AnnouncementPolicyStatus>
}

export const ciliumL2AnnouncementPolicies = defineKind<CiliumL2AnnouncementPolicy>({
  group: 'cilium.io',
  version: 'v2alpha1',
  kind: 'CiliumL2AnnouncementPolicy',
  plural: 'ciliuml2announcementpolicies',
  namespaced: false,
  schema: 'io.cilium.v2alpha1.CiliumL2AnnouncementPolicy',
  shortNames: ['l2announcement'],
  categories: ['cilium'],
  hasStatus: true,
  columns: [nameColumn, crdAgeColumn],
})
