// What a ClusterRole is, and what the API server defaults and prints of it.
import type { IClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole'
import type { Immutable, KubeObject } from '../object.ts'
import { createdAtColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface ClusterRole extends KubeObject {
  readonly aggregationRule?: Immutable<NonNullable<IClusterRole['aggregationRule']>>
  readonly rules?: Immutable<NonNullable<IClusterRole['rules']>>
}

export const clusterRoles = defineKind<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  schema: 'io.k8s.api.rbac.v1.ClusterRole',
  name: 'path-segment',
  columns: [nameColumn, createdAtColumn],
})
