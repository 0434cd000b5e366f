// What a DaemonSet is, and what the API server defaults, checks and prints of it.
import type { IDaemonSetSpec } from 'kubernetes-models/apps/v1/DaemonSetSpec'
import type { IDaemonSetStatus } from 'kubernetes-models/apps/v1/DaemonSetStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface DaemonSet extends KubeObject {
  readonly spec?: Immutable<IDaemonSetSpec>
  readonly status?: Immutable<IDaemonSetStatus>
}

export const daemonSets = defineKind<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  namespaced: true,
  schema: 'io.k8s.api.apps.v1.DaemonSet',
  shortNames: ['ds'],
  categories: ['all'],
  hasStatus: true,
})
