// What a Pod is, and what the API server defaults, checks and prints of it.
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec'
import type { IPodStatus } from 'kubernetes-models/v1/PodStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Pod extends KubeObject {
  readonly spec?: Immutable<IPodSpec>
  readonly status?: Immutable<IPodStatus>
}

export const pods = defineKind<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Pod',
  shortNames: ['po'],
  categories: ['all'],
  hasStatus: true,
})
