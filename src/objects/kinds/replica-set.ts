// What a ReplicaSet is, and what the API server defaults, checks and prints of it.
import type { IReplicaSetSpec } from 'kubernetes-models/apps/v1/ReplicaSetSpec'
import type { IReplicaSetStatus } from 'kubernetes-models/apps/v1/ReplicaSetStatus'
import { checkWorkload } from '../checks/workload.ts'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { defaultPodTemplate } from '../pods/defaults.ts'
import { ageColumn, column, containersColumn, imagesColumn, nameColumn, selectorColumn } from './columns.ts'
import { defineKind } from './define.ts'

export interface ReplicaSet extends KubeObject {
  readonly spec?: Immutable<IReplicaSetSpec>
  readonly status?: Immutable<IReplicaSetStatus>
}

export const replicaSets = defineKind<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  namespaced: true,
  schema: 'io.k8s.api.apps.v1.ReplicaSet',
  shortNames: ['rs'],
  categories: ['all'],
  hasStatus: true,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  },
  defaults: replicaSet =>
    change(replicaSet, 'spec', spec => change(fill(spec, { replicas: 1 }), 'template', defaultPodTemplate)),
  check: (replicaSet, old) => checkWorkload(replicaSet, old, 'ReplicaSet'),
  columns: [
    nameColumn,
    column('Desired', ({ spec }) => spec?.replicas ?? 0, 'integer'),
    column('Current', ({ status }) => status?.replicas ?? 0, 'integer'),
    column('Ready', ({ status }) => status?.readyReplicas ?? 0, 'integer'),
    ageColumn,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
  fields: replicaSet => ({ 'status.replicas': String(replicaSet.status?.replicas ?? 0) }),
})
