// What a ClusterRoleBinding is, and what the API server defaults and prints of it.
import { type Binding, bindingColumns, defaultBinding } from './binding.ts'
import { defineKind } from './define.ts'

export interface ClusterRoleBinding extends Binding {}

export const clusterRoleBindings = defineKind<ClusterRoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRoleBinding',
  plural: 'clusterrolebindings',
  namespaced: false,
  schema: 'io.k8s.api.rbac.v1.ClusterRoleBinding',
  name: 'path-segment',
  defaults: defaultBinding,
  columns: bindingColumns,
})
