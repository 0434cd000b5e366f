// What a CronJob is, and what the API server defaults and prints of it.
import type { ICronJobSpec } from 'kubernetes-models/batch/v1/CronJobSpec'
import type { ICronJobStatus } from 'kubernetes-models/batch/v1/CronJobStatus'
import { change, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { none, selectorText } from '../selector-text.ts'
import { ageColumn, column, nameColumn, sinceText, wide } from './columns.ts'
import { defineKind } from './define.ts'
import { defaultJobSpec, type JobSpec } from './job.ts'

export interface CronJob extends KubeObject {
  readonly spec?: Immutable<ICronJobSpec>
  readonly status?: Immutable<ICronJobStatus>
}

export const cronJobs = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  namespaced: true,
  schema: 'io.k8s.api.batch.v1.CronJob',
  shortNames: ['cj'],
  categories: ['all'],
  hasStatus: true,
  defaults: cronJob =>
    change(cronJob, 'spec', spec => {
      const filled = fill(spec, {
        concurrencyPolicy: 'Allow',
        failedJobsHistoryLimit: 1,
        successfulJobsHistoryLimit: 3,
        suspend: false,
      })
      return change(filled, 'jobTemplate', template => change(template, 'spec', jobSpecOfTemplate))
    }),
  columns: [
    nameColumn,
    column('Schedule', ({ spec }) => spec?.schedule ?? ''),
    column('Timezone', ({ spec }) => spec?.timeZone ?? none),
    column('Suspend', ({ spec }) => (spec?.suspend === true ? 'True' : 'False')),
    column('Active', ({ status }) => (status?.active ?? []).length, 'integer'),
    column('Last Schedule', ({ status }, now) =>
      status?.lastScheduleTime ? sinceText(status.lastScheduleTime, now) : none,
    ),
    ageColumn,
    wide('Containers', cronJob => containers(cronJob, 'name')),
    wide('Images', cronJob => containers(cronJob, 'image')),
    wide('Selector', ({ spec }) => selectorText(spec?.jobTemplate?.spec?.selector)),
  ],
})

/** A Job's counts are defaulted when the Job is made; its pods already here. */
function jobSpecOfTemplate(spec: JobSpec): JobSpec {
  const { template } = defaultJobSpec(spec)
  return template === spec.template ? spec : { ...spec, template }
}

function containers({ spec }: CronJob, field: 'name' | 'image'): string {
  return (spec?.jobTemplate?.spec?.template?.spec?.containers ?? []).map(container => container[field] ?? '').join(',')
}
