// What a Certificate is, and what the API server defaults, checks and prints of it.
import type { ICertificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate'
import type { Immutable, KubeObject } from '../object.ts'
import { column, conditionField, crdAgeColumn, nameColumn, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface Certificate extends KubeObject {
  readonly spec?: Immutable<NonNullable<ICertificate['spec']>>
  readonly status?: Immutable<NonNullable<ICertificate['status']>>
}

export const certificates = defineKind<Certificate>({
  group: 'cert-manager.io',
  version: 'v1',
  kind: 'Certificate',
  plural: 'certificates',
  namespaced: true,
  schema: 'io.cert-manager.v1.Certificate',
  shortNames: ['cert', 'certs'],
  categories: ['cert-manager'],
  hasStatus: true,
  columns: [
    nameColumn,
    column('Ready', certificate => conditionField(certificate, 'Ready')),
    column('Secret', certificate => certificate.spec?.secretName ?? null),
    wide('Issuer', certificate => certificate.spec?.issuerRef?.name ?? null),
    wide('Status', certificate => conditionField(certificate, 'Ready', 'message')),
    crdAgeColumn,
  ],
})
