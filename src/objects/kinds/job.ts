// What a Job is, and what the API server defaults, checks and prints of it.
import type { IJobSpec } from 'kubernetes-models/batch/v1/JobSpec'
import type { IJobStatus } from 'kubernetes-models/batch/v1/JobStatus'
import { shortAge } from '../age.ts'
import { checkPodTemplate } from '../checks/pod-spec.ts'
import { checkCount } from '../checks/workload.ts'
import { change, fill } from '../fill.ts'
import type { FieldProblem } from '../kind.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { defaultPodTemplate } from '../pods/defaults.ts'
import { invalid, required, unsupported } from '../problems.ts'
import { sameJson } from '../same.ts'
import { ageColumn, column, containersColumn, imagesColumn, nameColumn, selectorColumn } from './columns.ts'
import { defineKind } from './define.ts'

export type JobSpec = Immutable<IJobSpec>

export interface Job extends KubeObject {
  readonly spec?: JobSpec
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
  defaults: job => change(withSelector(job), 'spec', defaultJobSpec),
  check: (job, old) => [...checkJobSpec(job.spec), ...checkUpdate(job.spec, old?.spec)],
  columns: [
    nameColumn,
    column('Status', statusText),
    column('Completions', completionsText),
    column('Duration', durationText),
    ageColumn,
    containersColumn,
    imagesColumn,
    selectorColumn,
  ],
  fields: job => ({ 'status.successful': String(job.status?.succeeded ?? 0) }),
})

export function defaultJobSpec(spec: JobSpec): JobSpec {
  const both = spec.completions === undefined && spec.parallelism === undefined
  let result = both ? { ...spec, completions: 1, parallelism: 1 } : fill(spec, { parallelism: 1 })
  // With a limit per index the total is as good as none.
  const backoffLimit = spec.backoffLimitPerIndex === undefined ? 6 : 2147483647
  const podReplacementPolicy = spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'
  result = fill(result, { backoffLimit, completionMode: 'NonIndexed', podReplacementPolicy, suspend: false })
  return change(result, 'template', defaultPodTemplate)
}

/** A Job finds its pods by its own uid, unless its author chose the selector. Needs the uid, which the server gives. */
function withSelector(job: Job): Job {
  const { uid, name } = job.metadata
  const spec = job.spec
  if (spec?.template === undefined || uid === undefined || spec.manualSelector === true || spec.selector !== undefined)
    return job
  const own = { 'batch.kubernetes.io/controller-uid': uid }
  const labels = {
    ...spec.template.metadata?.labels,
    ...own,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  const template = { ...spec.template, metadata: { ...spec.template.metadata, labels } }
  return { ...job, spec: { ...spec, selector: { matchLabels: own }, template } }
}

function checkJobSpec(spec: JobSpec | undefined): FieldProblem[] {
  if (spec === undefined) return [required(['spec', 'template'])]
  const problems: FieldProblem[] = [
    ...checkCount(spec.completions, ['spec', 'completions']),
    ...checkCount(spec.parallelism, ['spec', 'parallelism']),
    ...checkCount(spec.backoffLimit, ['spec', 'backoffLimit']),
    ...checkCount(spec.activeDeadlineSeconds, ['spec', 'activeDeadlineSeconds']),
    ...checkCount(spec.ttlSecondsAfterFinished, ['spec', 'ttlSecondsAfterFinished']),
    ...checkPodTemplate(spec.template, ['spec', 'template']),
  ]
  const path = ['spec', 'template', 'spec', 'restartPolicy']
  const restartPolicy = spec.template?.spec?.restartPolicy
  // Absent becomes Always by the defaults of pods, which a Job may not have.
  if (restartPolicy === undefined || restartPolicy === 'Always') {
    problems.push(required(path, 'valid values: "OnFailure", "Never"'))
  } else if (restartPolicy !== 'OnFailure' && restartPolicy !== 'Never') {
    problems.push(unsupported(path, restartPolicy, ['OnFailure', 'Never']))
  }
  return problems
}

function checkUpdate(spec: JobSpec | undefined, old: JobSpec | undefined): FieldProblem[] {
  if (spec === undefined || old === undefined) return []
  const fixed = ['selector', 'completionMode', 'podFailurePolicy', 'template'] as const
  const changed = fixed.filter(
    field => !sameJson(spec[field], old[field]) && !(field === 'template' && old.suspend === true),
  )
  if (spec.completionMode !== 'Indexed' && spec.completions !== old.completions) {
    return [...changed, 'completions' as const].map(field =>
      invalid(['spec', field], spec[field], 'field is immutable'),
    )
  }
  return changed.map(field => invalid(['spec', field], spec[field], 'field is immutable'))
}

function statusText(job: Job): string {
  const has = (type: string) =>
    (job.status?.conditions ?? []).some(condition => condition.type === type && condition.status === 'True')
  if (has('Complete')) return 'Complete'
  if (has('Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running'
}

function completionsText({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0
  if (spec?.completions !== undefined) return `${done}/${spec.completions}`
  const parallelism = spec?.parallelism ?? 1
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`
}

function durationText(job: Job, now: number): string {
  const { startTime, completionTime } = job.status ?? {}
  if (typeof startTime !== 'string') return ''
  return shortAge((typeof completionTime === 'string' ? Date.parse(completionTime) : now) - Date.parse(startTime))
}
