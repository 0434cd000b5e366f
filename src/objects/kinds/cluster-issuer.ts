// What a ClusterIssuer is, and what the API server defaults, checks and prints of it.
import type { IClusterIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1/ClusterIssuer'
import type { Immutable, KubeObject } from '../object.ts'
import { column, conditionField, crdAgeColumn, nameColumn, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface ClusterIssuer extends KubeObject {
  readonly spec?: Immutable<NonNullable<IClusterIssuer['spec']>>
  readonly status?: Immutable<NonNullable<IClusterIssuer['status']>>
}

export const clusterIssuers = defineKind<ClusterIssuer>({
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'ClusterIssuer',
  plural: 'clusterissuers',
  namespaced: false,
  schema: 'io.cert-manager.v1.ClusterIssuer',
  shortNames: ['ciss'],
  categories: ['cert-manager'],
  hasStatus: true,
  columns: [
    nameColumn,
    column('Ready', issuer => conditionField(issuer, 'Ready')),
    wide('Status', issuer => conditionField(issuer, 'Ready', 'message')),
    crdAgeColumn,
  ],
})
