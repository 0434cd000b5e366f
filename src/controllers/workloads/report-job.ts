// What does a Job say of itself: its counters, and the conditions that `kubectl wait` looks for.
import type { Job } from '../../objects/kinds/job.ts'
import { formatTime } from '../../objects/time.ts'
import { withCondition } from '../framework/conditions.ts'
import { indexesText, isIndexed, type JobProgress, type Verdict } from './plan-job.ts'

type Status = NonNullable<Job['status']>
type Condition = NonNullable<Status['conditions']>[number]

export function reportJob(
  job: Job,
  progress: JobProgress,
  { verdict, nowMs }: { readonly verdict: Verdict; readonly nowMs: number },
): Status {
  const now = formatTime(nowMs)
  const held = job.status ?? {}
  const conditions = conditionsOf(held.conditions ?? [], progress, { verdict, now })
  const isComplete = conditions.some(({ type, status }) => type === 'Complete' && status === 'True')
  const startTime = verdict.kind === 'suspended' ? undefined : (held.startTime ?? now)
  const { succeeded, failed } = progress.uncounted
  const indexes = indexesText(progress)
  return {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(isComplete ? { completionTime: held.completionTime ?? now } : {}),
    ...(progress.active.length === 0 ? {} : { active: progress.active.length }),
    ready: progress.ready,
    terminating: progress.terminating,
    ...(progress.succeeded === 0 ? {} : { succeeded: progress.succeeded }),
    ...(progress.failed === 0 ? {} : { failed: progress.failed }),
    ...(isIndexed(job) && indexes !== '' ? { completedIndexes: indexes } : {}),
    uncountedTerminatedPods: {
      ...(succeeded.length === 0 ? {} : { succeeded }),
      ...(failed.length === 0 ? {} : { failed }),
    },
  }
}

function conditionsOf(
  held: readonly Condition[],
  progress: JobProgress,
  { verdict, now }: { readonly verdict: Verdict; readonly now: string },
): readonly Condition[] {
  const set = (list: readonly Condition[], type: string, { status, reason, message }: Omit<Condition, 'type'>) =>
    withCondition(list, { type, status, ...(reason && { reason }), ...(message && { message }) }, now)
  switch (verdict.kind) {
    case 'running': {
      const isSuspended = held.some(({ type, status }) => type === 'Suspended' && status === 'True')
      return isSuspended
        ? set(held, 'Suspended', { status: 'False', reason: 'JobResumed', message: 'Job resumed' })
        : held
    }
    case 'suspended':
      return set(held, 'Suspended', { status: 'True', reason: 'JobSuspended', message: 'Job suspended' })
    case 'complete':
    case 'failed': {
      const [first, last] =
        verdict.kind === 'complete'
          ? (['SuccessCriteriaMet', 'Complete'] as const)
          : (['FailureTarget', 'Failed'] as const)
      const content = { status: 'True', reason: verdict.reason, message: verdict.message }
      const decided = set(held, first, content)
      // The final word is given when nothing of the Job runs any more and every pod is counted.
      const { active, terminating, uncounted } = progress
      const isOver = active.length + terminating + uncounted.succeeded.length + uncounted.failed.length === 0
      return isOver ? set(decided, last, content) : decided
    }
  }
}
