// What a PersistentVolume is, and what the API server defaults and prints of it.
import type { IPersistentVolumeSpec } from 'kubernetes-models/v1/PersistentVolumeSpec'
import type { IPersistentVolumeStatus } from 'kubernetes-models/v1/PersistentVolumeStatus'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { accessModesText } from './access-modes.ts'
import { ageColumn, column, nameColumn, wide } from './columns.ts'
import { defineKind } from './define.ts'

export interface PersistentVolume extends KubeObject {
  readonly spec?: Immutable<IPersistentVolumeSpec>
  readonly status?: Immutable<IPersistentVolumeStatus>
}

export const persistentVolumes = defineKind<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  namespaced: false,
  schema: 'io.k8s.api.core.v1.PersistentVolume',
  shortNames: ['pv'],
  hasStatus: true,
  defaults: volume => {
    const withStatus = fill(volume, { status: { phase: 'Pending' } })
    return change(withStatus, 'spec', spec =>
      fill(spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
    )
  },
  columns: [
    nameColumn,
    column('Capacity', ({ spec }) => String(spec?.capacity?.storage ?? '')),
    column('Access Modes', ({ spec }) => accessModesText(spec?.accessModes)),
    column('Reclaim Policy', ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? ''),
    column('Status', volume =>
      volume.metadata.deletionTimestamp === undefined ? (volume.status?.phase ?? '') : 'Terminating',
    ),
    column('Claim', ({ spec }) => (spec?.claimRef ? `${spec.claimRef.namespace}/${spec.claimRef.name}` : '')),
    column('StorageClass', ({ spec }) => spec?.storageClassName ?? ''),
    column('VolumeAttributesClass', ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>'),
    column('Reason', ({ status }) => status?.reason ?? ''),
    ageColumn,
    wide('VolumeMode', ({ spec }) => spec?.volumeMode ?? '<unset>'),
  ],
})
