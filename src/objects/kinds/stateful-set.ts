// What a StatefulSet is, and what the API server defaults, checks and prints of it.
import type { IStatefulSetSpec } from 'kubernetes-models/apps/v1/StatefulSetSpec'
import type { IStatefulSetStatus } from 'kubernetes-models/apps/v1/StatefulSetStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface StatefulSet extends KubeObject {
  readonly spec?: Immutable<IStatefulSetSpec>
  readonly status?: Immutable<IStatefulSetStatus>
}

export const statefulSets = defineKind<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
  schema: 'io.k8s.api.apps.v1.StatefulSet',
  shortNames: ['sts'],
  categories: ['all'],
  hasStatus: true,
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.status.selector',
  },
})
