// What a RoleBinding is, and what the API server defaults and prints of it.
import { type Binding, bindingColumns, defaultBinding } from './binding.ts'
import { defineKind } from './define.ts'

export interface RoleBinding extends Binding {}

export const roleBindings = defineKind<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  schema: 'io.k8s.api.rbac.v1.RoleBinding',
  name: 'path-segment',
  defaults: defaultBinding,
  columns: bindingColumns,
})
