// What a Namespace is, and what the API server defaults, checks and prints of it.
import type { INamespaceSpec } from 'kubernetes-models/v1/NamespaceSpec'
import type { INamespaceStatus } from 'kubernetes-models/v1/NamespaceStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Namespace extends KubeObject {
  readonly spec?: Immutable<INamespaceSpec>
  readonly status?: Immutable<INamespaceStatus>
}

export const namespaces = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  schema: 'io.k8s.api.core.v1.Namespace',
  shortNames: ['ns'],
  hasStatus: true,
  name: 'label',
})
