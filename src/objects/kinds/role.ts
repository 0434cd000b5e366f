// What a Role is, and what the API server defaults and prints of it.
import type { IRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role'
import type { Immutable, KubeObject } from '../object.ts'
import { createdAtColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface Role extends KubeObject {
  readonly rules?: Immutable<NonNullable<IRole['rules']>>
}

export const roles = defineKind<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
  schema: 'io.k8s.api.rbac.v1.Role',
  name: 'path-segment',
  columns: [nameColumn, createdAtColumn],
})
