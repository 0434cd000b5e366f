// How far is a Job, which pods does it still need, and is it over?
import type { Job } from '../../objects/kinds/job.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { parseTime } from '../../objects/time.ts'
import { isPodReady, isPodTerminating } from '../framework/pod-state.ts'
import { formatIndexes, parseIndexes } from './job-indexes.ts'

export const trackingFinalizer = 'batch.kubernetes.io/job-tracking'
export const indexAnnotation = 'batch.kubernetes.io/job-completion-index'

export interface JobProgress {
  readonly active: readonly Pod[]
  readonly terminating: number
  readonly ready: number
  readonly succeeded: number
  readonly failed: number
  /** Of Indexed Jobs: the indexes that are done. */
  readonly completed: ReadonlySet<number>
  /** Ended pods that the counters do not hold yet; their finalizer keeps them until they do. */
  readonly uncounted: { readonly succeeded: readonly string[]; readonly failed: readonly string[] }
  /** Pods whose finalizer may go, since the status that was last written counts them. */
  readonly release: readonly Pod[]
  /** When a failed pod last ended, and how many have in a row; ms since the epoch. */
  readonly lastFailureMs: number | undefined
  readonly failuresInARow: number
}

export type Verdict =
  | { readonly kind: 'running' }
  | { readonly kind: 'suspended' }
  | { readonly kind: 'complete'; readonly reason: string; readonly message: string }
  | { readonly kind: 'failed'; readonly reason: string; readonly message: string }

export function isIndexed(job: Job): boolean {
  return job.spec?.completionMode === 'Indexed'
}

export function indexOf(pod: Pod): number | undefined {
  const text = pod.metadata.annotations?.[indexAnnotation]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/**
 * Counts each ended pod exactly once, whenever this is interrupted: its uid is first noted in the status
 * (uncountedTerminatedPods), then its finalizer is taken off, and once it is off the counter takes it in.
 */
export function measureJob(job: Job, pods: readonly Pod[]): JobProgress {
  const noted = job.status?.uncountedTerminatedPods
  const byUid = new Map(pods.map(pod => [pod.metadata.uid ?? '', pod]))
  const holds = (pod: Pod | undefined) => pod?.metadata.finalizers?.includes(trackingFinalizer) ?? false
  const settle = (uids: readonly string[]) => Map.groupBy(uids, uid => (holds(byUid.get(uid)) ? 'open' : 'done'))
  const succeededNotes = settle(noted?.succeeded ?? [])
  const failedNotes = settle(noted?.failed ?? [])
  const isNoted = new Set([...(noted?.succeeded ?? []), ...(noted?.failed ?? [])])

  const active: Pod[] = []
  const fresh = { succeeded: [] as string[], failed: [] as string[] }
  const completed = new Set(isIndexed(job) ? parseIndexes(job.status?.completedIndexes) : [])
  let terminating = 0
  for (const pod of pods) {
    const phase = pod.status?.phase
    const hasFailed = phase === 'Failed' || (phase !== 'Succeeded' && isPodTerminating(pod))
    if (isPodTerminating(pod) && phase !== 'Succeeded' && phase !== 'Failed') terminating++
    if (phase !== 'Succeeded' && !hasFailed) active.push(pod)
    else if (holds(pod) && !isNoted.has(pod.metadata.uid ?? '')) {
      fresh[phase === 'Succeeded' ? 'succeeded' : 'failed'].push(pod.metadata.uid ?? '')
    }
    const index = indexOf(pod)
    if (phase === 'Succeeded' && holds(pod) && index !== undefined && index < (job.spec?.completions ?? 0)) {
      completed.add(index)
    }
  }
  const uncounted = {
    succeeded: [...(succeededNotes.get('open') ?? []), ...fresh.succeeded],
    failed: [...(failedNotes.get('open') ?? []), ...fresh.failed],
  }
  const counted = (held: number | undefined, done: readonly string[] | undefined) => (held ?? 0) + (done?.length ?? 0)
  return {
    active,
    terminating,
    ready: active.filter(isPodReady).length,
    succeeded: isIndexed(job) ? completed.size : counted(job.status?.succeeded, succeededNotes.get('done')),
    failed: counted(job.status?.failed, failedNotes.get('done')),
    completed,
    uncounted,
    release: [...(succeededNotes.get('open') ?? []), ...(failedNotes.get('open') ?? [])].flatMap(
      uid => byUid.get(uid) ?? [],
    ),
    ...failureHistory(pods),
  }
}

/** Everything that ended, whether the counters hold it already or not. */
export function totals(job: Job, progress: JobProgress): { readonly succeeded: number; readonly failed: number } {
  return {
    succeeded: progress.succeeded + (isIndexed(job) ? 0 : progress.uncounted.succeeded.length),
    failed: progress.failed + progress.uncounted.failed.length,
  }
}

export function judgeJob(job: Job, progress: JobProgress, nowMs: number): Verdict {
  const { spec } = job
  // What was decided once stays decided, while the last pods go.
  for (const { type, status, reason = '', message = '' } of job.status?.conditions ?? []) {
    if (status !== 'True') continue
    if (type === 'SuccessCriteriaMet' || type === 'Complete') return { kind: 'complete', reason, message }
    if (type === 'FailureTarget' || type === 'Failed') return { kind: 'failed', reason, message }
  }
  const { succeeded, failed } = totals(job, progress)
  const limit = spec?.backoffLimit ?? 6
  const restarts = spec?.template.spec?.restartPolicy === 'OnFailure' ? restartsOf(progress.active) : 0
  if (failed > limit || (restarts > 0 && restarts >= limit)) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
  }
  const deadline = deadlineOf(job)
  if (deadline !== undefined && deadline <= nowMs) {
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline')
  }
  const wanted = spec?.completions
  const isComplete = wanted === undefined ? succeeded > 0 && progress.active.length === 0 : succeeded >= wanted
  if (isComplete && (wanted !== undefined || progress.terminating === 0)) {
    return { kind: 'complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
  }
  return spec?.suspend ? { kind: 'suspended' } : { kind: 'running' }
}

/** ms since the epoch; undefined without activeDeadlineSeconds or before the start. */
export function deadlineOf(job: Job): number | undefined {
  const start = parseTime(job.status?.startTime)
  const seconds = job.spec?.activeDeadlineSeconds
  return start === undefined || seconds === undefined ? undefined : start + seconds * 1000
}

export interface JobPlan {
  /** One entry per pod: its index, or undefined where pods have none. */
  readonly create: readonly (number | undefined)[]
  readonly remove: readonly Pod[]
  /** Set when failures make the next pods wait. */
  readonly againInMs?: number
}

const firstBackoffMs = 10_000
const longestBackoffMs = 600_000

/** What a running Job does next. */
export function planJobPods(job: Job, progress: JobProgress, nowMs: number): JobPlan {
  const parallelism = job.spec?.parallelism ?? 1
  const { succeeded } = totals(job, progress)
  const completions = job.spec?.completions
  const active = progress.active.length
  const wanted =
    completions === undefined ? (succeeded > 0 ? active : parallelism) : Math.min(parallelism, completions - succeeded)
  if (active > wanted) {
    // Those that got least far go first.
    const ranked = progress.active.toSorted((a, b) => Number(isPodReady(a)) - Number(isPodReady(b)))
    return { create: [], remove: ranked.slice(0, active - Math.max(0, wanted)) }
  }
  const missing = wanted - active - (job.spec?.podReplacementPolicy === 'Failed' ? progress.terminating : 0)
  if (missing <= 0) return { create: [], remove: [] }
  if (progress.failuresInARow > 0 && progress.lastFailureMs !== undefined) {
    const backoffMs = Math.min(firstBackoffMs * 2 ** (progress.failuresInARow - 1), longestBackoffMs)
    const waitMs = progress.lastFailureMs + backoffMs - nowMs
    if (waitMs > 0) return { create: [], remove: [], againInMs: waitMs }
  }
  if (!isIndexed(job)) return { create: Array.from({ length: missing }, () => undefined), remove: [] }
  const taken = new Set([...progress.completed, ...progress.active.map(indexOf)])
  const free = Array.from({ length: completions ?? 0 }, (_, index) => index).filter(index => !taken.has(index))
  return { create: free.slice(0, missing), remove: [] }
}

export function indexesText(progress: JobProgress): string {
  return formatIndexes(progress.completed)
}

function failure(reason: string, message: string): Verdict {
  return { kind: 'failed', reason, message }
}

function restartsOf(pods: readonly Pod[]): number {
  return pods
    .flatMap(pod => [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0)
}

function failureHistory(pods: readonly Pod[]): Pick<JobProgress, 'lastFailureMs' | 'failuresInARow'> {
  const ended = pods
    .filter(({ status }) => status?.phase === 'Succeeded' || status?.phase === 'Failed')
    .map(pod => ({ hasFailed: pod.status?.phase === 'Failed', atMs: endOf(pod) }))
    .sort((a, b) => a.atMs - b.atMs)
  const lastSuccess = ended.findLastIndex(({ hasFailed }) => !hasFailed)
  const failures = ended.slice(lastSuccess + 1)
  return { failuresInARow: failures.length, lastFailureMs: failures.at(-1)?.atMs }
}

function endOf(pod: Pod): number {
  const ends = (pod.status?.containerStatuses ?? []).map(({ state }) => parseTime(state?.terminated?.finishedAt) ?? 0)
  return Math.max(...ends, 0) || (parseTime(pod.metadata.creationTimestamp) ?? 0)
}
