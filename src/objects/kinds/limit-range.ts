// What a LimitRange is, and what the API server defaults and prints of it.
import type { ILimitRangeSpec } from 'kubernetes-models/v1/LimitRangeSpec'
import type { Immutable, KubeObject } from '../object.ts'
import { createdAtColumn, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface LimitRange extends KubeObject {
  readonly spec?: Immutable<ILimitRangeSpec>
}

export const limitRanges = defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.LimitRange',
  shortNames: ['limits'],
  columns: [nameColumn, createdAtColumn],
})
