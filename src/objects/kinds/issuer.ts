// What an Issuer is, and what the API server defaults, checks and prints of it.
import type { IIssuer } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Issuer'
import type { Immutable, KubeObject } from '../object.ts'
import { column, conditionField, crdAgeColumn, nameColumn, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface Issuer extends KubeObject {
  readonly spec?: Immutable<NonNullable<IIssuer['spec']>>
  readonly status?: Immutable<NonNullable<IIssuer['status']>>
}

export const issuers = defineKind<Issuer>({
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'Issuer',
  plural: 'issuers',
  namespaced: true,
  schema: 'io.cert-manager.v1.Issuer',
  shortNames: ['iss'],
  categories: ['cert-manager'],
  hasStatus: true,
  columns: [
    nameColumn,
    column('Ready', issuer => conditionField(issuer, 'Ready')),
    wide('Status', issuer => conditionField(issuer, 'Ready', 'message')),
    crdAgeColumn,
  ],
})
