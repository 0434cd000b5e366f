// What a ServiceAccount is, and what the API server defaults, checks and prints of it.
import type { IServiceAccount } from 'kubernetes-models/v1/ServiceAccount'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface ServiceAccount extends KubeObject {
  readonly automountServiceAccountToken?: boolean
  readonly imagePullSecrets?: Immutable<NonNullable<IServiceAccount['imagePullSecrets']>>
  readonly secrets?: Immutable<NonNullable<IServiceAccount['secrets']>>
}

export const serviceAccounts = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.ServiceAccount',
  shortNames: ['sa'],
  columns: [nameColumn, column('Secrets', account => (account.secrets ?? []).length, 'integer'), ageColumn],
})
