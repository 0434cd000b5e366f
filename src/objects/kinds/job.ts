// What a Job is, and what the API server defaults, checks and prints of it.
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec'
import type { IJobStatus } from 'kubernetes-models/batch/v1/JobStatus'
import type { Immutable, KubeObject } from '../object.ts'
import { defineKind } from './define.ts'

export interface Job extends KubeObject {
  readonly spec?: Immutable<IJobSpec>
  readonly status?: Immutable<IJobStatus>
}

export const jobs = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  namespaced: true,
  schema: 'io.k8s.api.batch.v1.Job',
  categories: ['all'],
  hasStatus: true,
})
