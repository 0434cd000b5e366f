// What a ResourceQuota is, and what the API server defaults and prints of it.
import type { IResourceQuotaSpec } from 'kubernetes-models/v1/ResourceQuotaSpec'
import type { IResourceQuotaStatus } from 'kubernetes-models/v1/ResourceQuotaStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface ResourceQuota extends KubeObject {
  readonly spec?: Immutable<IResourceQuotaSpec>
  readonly status?: Immutable<IResourceQuotaStatus>
}

export const resourceQuotas = defineKind<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.ResourceQuota',
  shortNames: ['quota'],
  hasStatus: true,
  columns: [
    nameColumn,
    column('Request', quota => usageText(quota, false)),
    column('Limit', quota => usageText(quota, true)),
    ageColumn,
  ],
})

/** `name: used/hard`, sorted; limits in a column of their own. */
function usageText({ status }: ResourceQuota, limits: boolean): string {
  return Object.entries(status?.hard ?? {})
    .filter(([name]) => name.startsWith('limits') === limits)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${status?.used?.[name] ?? 0}/${hard}`)
    .join(', ')
}
