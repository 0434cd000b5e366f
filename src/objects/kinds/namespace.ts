// What a Namespace is, and what the API server defaults, checks and prints of it.
import type { INamespaceSpec } from 'kubernetes-models/v1/NamespaceSpec'
import type { INamespaceStatus } from 'kubernetes-models/v1/NamespaceStatus'
import { fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
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
  defaults: namespace => {
    const { metadata } = namespace
    if (!metadata.name) return namespace
    const labels = fill<Record<string, string>>(
      { ...metadata.labels },
      { 'kubernetes.io/metadata.name': metadata.name },
    )
    const hasLabel = metadata.labels?.['kubernetes.io/metadata.name'] !== undefined
    return hasLabel ? namespace : { ...namespace, metadata: { ...metadata, labels } }
  },
  columns: [nameColumn, column('Status', namespace => namespace.status?.phase ?? ''), ageColumn],
  fields: namespace => ({ 'status.phase': namespace.status?.phase ?? '' }),
})
