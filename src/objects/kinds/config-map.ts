// What a ConfigMap is, and what the API server defaults, checks and prints of it.

import { checkConfigMap } from '../checks/config-data.ts'
import type { KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
  readonly immutable?: boolean
}

export const configMaps = defineKind<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.ConfigMap',
  shortNames: ['cm'],
  check: checkConfigMap,
  columns: [
    nameColumn,
    column('Data', ({ data, binaryData }) => Object.keys({ ...data, ...binaryData }).length, 'integer'),
    ageColumn,
  ],
})
