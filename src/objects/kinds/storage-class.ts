// What a StorageClass is, and what the API server defaults and prints of it.
import type { IStorageClass } from 'kubernetes-models/storage.k8s.io/v1/StorageClass'
import { fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface StorageClass extends KubeObject, Immutable<Omit<IStorageClass, 'apiVersion' | 'kind' | 'metadata'>> {}

const defaultMark = 'storageclass.kubernetes.io/is-default-class'

export const storageClasses = defineKind<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  namespaced: false,
  schema: 'io.k8s.api.storage.v1.StorageClass',
  shortNames: ['sc'],
  defaults: storageClass => fill(storageClass, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  columns: [
    {
      ...nameColumn,
      cell: ({ metadata }) =>
        metadata.annotations?.[defaultMark] === 'true' ? `${metadata.name} (default)` : metadata.name,
    },
    column('Provisioner', storageClass => storageClass.provisioner),
    column('ReclaimPolicy', storageClass => storageClass.reclaimPolicy ?? ''),
    column('VolumeBindingMode', storageClass => storageClass.volumeBindingMode ?? ''),
    column('AllowVolumeExpansion', storageClass => storageClass.allowVolumeExpansion ?? false, 'boolean'),
    ageColumn,
  ],
})
