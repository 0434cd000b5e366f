// What a Lease is, and what the API server defaults, checks and prints of it.
import type { ILeaseSpec } from 'kubernetes-models/coordination.k8s.io/v1/LeaseSpec'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface Lease extends KubeObject {
  readonly spec?: Immutable<ILeaseSpec>
}

export const leases = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
  schema: 'io.k8s.api.coordination.v1.Lease',
  columns: [nameColumn, column('Holder', lease => lease.spec?.holderIdentity ?? ''), ageColumn],
})
