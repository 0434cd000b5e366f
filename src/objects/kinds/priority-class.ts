// What a PriorityClass is, and what the API server defaults and prints of it.

import { fill } from '../fill.ts'
import type { KubeObject } from '../object.ts'
import { ageColumn, column, nameColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface PriorityClass extends KubeObject {
  readonly value: number
  readonly globalDefault?: boolean
  readonly description?: string
  readonly preemptionPolicy?: string
}

export const priorityClasses = defineKind<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  namespaced: false,
  schema: 'io.k8s.api.scheduling.v1.PriorityClass',
  shortNames: ['pc'],
  defaults: priorityClass => fill(priorityClass, { preemptionPolicy: 'PreemptLowerPriority' }),
  columns: [
    nameColumn,
    column('Value', priorityClass => priorityClass.value, 'integer'),
    column('Global-Default', priorityClass => priorityClass.globalDefault ?? false, 'boolean'),
    ageColumn,
    column('PreemptionPolicy', priorityClass => priorityClass.preemptionPolicy ?? ''),
  ],
})
