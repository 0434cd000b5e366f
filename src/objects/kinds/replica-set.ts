// What a ReplicaSet is, and what the API server defaults, checks and prints of it.
import type { IReplicaSetSpec } from 'kubernetes-models/apps/v1/ReplicaSetSpec'
import type { IReplicaSetStatus } from 'kubernetes-models/apps/v1/ReplicaSetStatus'
import type { Immutable, KubeObject } from '../object.ts'
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
})
