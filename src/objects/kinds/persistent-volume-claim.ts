// What a PersistentVolumeClaim is, and what the API server defaults and prints of it.
import type { IPersistentVolumeClaimSpec } from 'kubernetes-models/v1/PersistentVolumeClaimSpec'
import type { IPersistentVolumeClaimStatus } from 'kubernetes-models/v1/PersistentVolumeClaimStatus'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { accessModesText } from './access-modes.ts'
import { ageColumn, column, nameColumn, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface PersistentVolumeClaim extends KubeObject {
  readonly spec?: Immutable<IPersistentVolumeClaimSpec>
  readonly status?: Immutable<IPersistentVolumeClaimStatus>
}

export const persistentVolumeClaims = defineKind<PersistentVolumeClaim>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.PersistentVolumeClaim',
  shortNames: ['pvc'],
  hasStatus: true,
  defaults: claim => {
    const withStatus = fill(claim, { status: { phase: 'Pending' } })
    return change(withStatus, 'spec', spec => fill(spec, { volumeMode: 'Filesystem' }))
  },
  columns: [
    nameColumn,
    column('Status', claim =>
      claim.metadata.deletionTimestamp === undefined ? (claim.status?.phase ?? '') : 'Terminating',
    ),
    column('Volume', claim => claim.spec?.volumeName ?? ''),
    column('Capacity', claim => (claim.spec?.volumeName ? String(claim.status?.capacity?.storage ?? '') : '')),
    column('Access Modes', claim => (claim.spec?.volumeName ? accessModesText(claim.status?.accessModes) : '')),
    column('StorageClass', claim => claim.spec?.storageClassName ?? ''),
    column('VolumeAttributesClass', claim => claim.spec?.volumeAttributesClassName ?? '<unset>'),
    ageColumn,
    wide('VolumeMode', claim => claim.spec?.volumeMode ?? '<unset>'),
  ],
})
