// Runs the pods of each Job until enough have succeeded or too many have failed.
import { isApiError } from '../../objects/api-error.ts'
import { type Job, jobs } from '../../objects/kinds/job.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { parseTime } from '../../objects/time.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { createEventRecorder } from '../framework/events.ts'
import { controllerOf, ownerUids } from '../framework/owner-references.ts'
import { isPodActive } from '../framework/pod-state.ts'
import { createWriter, isTerminating } from '../framework/writer.ts'
import { jobPod } from './job-pod.ts'
import { deadlineOf, judgeJob, measureJob, planJobPods, trackingFinalizer, type Verdict } from './plan-job.ts'
import { createPodControl } from './pod-control.ts'
import { reportJob } from './report-job.ts'

export function startJobs(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const { clock, random } = world
  const all = world.informers.of<Job>(jobs)
  const allPods = world.informers.of<Pod>(pods)
  const podsByOwner = allPods.indexBy(ownerUids)
  const trackedByJob = allPods.indexBy(pod => {
    const owner = controllerOf(pod)
    const isTracked = owner?.kind === 'Job' && pod.metadata.finalizers?.includes(trackingFinalizer)
    return isTracked ? [`${pod.metadata.namespace}/${owner.name}`] : []
  })
  const writer = createWriter(world)
  const recorder = createEventRecorder(world, 'job-controller')
  const control = createPodControl(writer, { recorder, random })

  async function reconcile(key: string) {
    const job = all.items.get(key)
    // A pod whose Job is gone would be held by the finalizer for ever.
    const strays = [...trackedByJob(key)].filter(pod => controllerOf(pod)?.uid !== job?.metadata.uid)
    await Promise.all(strays.map(dropFinalizer))
    if (job === undefined) return
    const owner = { ownerKind: jobs, owner: job }
    const mine = () => [...podsByOwner(job.metadata.uid ?? '')]
    if (isTerminating(job)) {
      await Promise.all(mine().map(dropFinalizer))
      return
    }
    const ended = endOf(job)
    if (ended !== undefined) return expire(job, ended)

    const nowMs = clock.now()
    const before = measureJob(job, mine())
    const verdict = judgeJob(job, before, nowMs)
    const plan =
      verdict.kind === 'running'
        ? planJobPods(job, before, nowMs)
        : { create: [], remove: before.active.filter(isPodActive), againInMs: undefined }
    const outcomes = await Promise.allSettled([
      ...plan.create.map(index => control.createGenerated(job.spec?.template, owner, jobPod(job, index))),
      ...plan.remove.map(pod => control.remove(pod, owner)),
    ])
    const progress = measureJob(job, mine())
    const written = await writer.changeStatus(jobs, job, reportJob(job, progress, { verdict, nowMs: clock.now() }))
    announce(job, written, verdict)
    // Only now that the status knows them may the ended pods go.
    await Promise.all(measureJob(written, mine()).release.map(dropFinalizer))
    const failure = outcomes.find(outcome => outcome.status === 'rejected')
    if (failure !== undefined) throw failure.reason
    const deadline = deadlineOf(written)
    const waits = [plan.againInMs, deadline === undefined ? undefined : Math.max(1, deadline - clock.now())]
    const next = Math.min(...waits.filter(wait => wait !== undefined))
    return Number.isFinite(next) && verdict.kind === 'running' ? { againInMs: next } : undefined
  }

  /** Finished Jobs go after `ttlSecondsAfterFinished`, with their pods. */
  async function expire(job: Job, endedMs: number) {
    await Promise.all(measureJob(job, [...podsByOwner(job.metadata.uid ?? '')]).release.map(dropFinalizer))
    const seconds = job.spec?.ttlSecondsAfterFinished
    if (seconds === undefined) return
    const leftMs = endedMs + seconds * 1000 - clock.now()
    if (leftMs > 0) return { againInMs: leftMs }
    await writer.remove(jobs, job, { propagation: 'Foreground' })
  }

  async function dropFinalizer(pod: Pod): Promise<void> {
    const finalizers = pod.metadata.finalizers?.filter(finalizer => finalizer !== trackingFinalizer)
    if (finalizers?.length === pod.metadata.finalizers?.length) return
    try {
      await writer.change(pods, pod, { ...pod, metadata: { ...pod.metadata, finalizers: finalizers ?? [] } })
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
    }
  }

  function announce(before: Job, after: Job, verdict: Verdict): void {
    const isDecided = (job: Job, type: string) =>
      job.status?.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false
    const isNew = (type: string) => isDecided(after, type) && !isDecided(before, type)
    if (isNew('Complete'))
      recorder.record(jobs, after, { type: 'Normal', reason: 'Completed', message: 'Job completed' })
    if (isNew('Failed') && verdict.kind === 'failed') {
      recorder.record(jobs, after, { type: 'Warning', reason: verdict.reason, message: verdict.message })
    }
    if (isNew('Suspended'))
      recorder.record(jobs, after, { type: 'Normal', reason: 'Suspended', message: 'Job suspended' })
  }

  return runController(world, {
    name: 'job',
    needs: [all, allPods],
    reconcile,
    subscribe: queue => [
      all.onChange(({ key }) => queue.add(key)),
      allPods.onChange(({ before, after }) => {
        const pod = after ?? before
        const owner = pod && controllerOf(pod)
        if (owner?.kind === 'Job') queue.add(`${pod?.metadata.namespace}/${owner.name}`)
      }),
    ],
  })
}

/** When the Job became complete or failed; undefined while it runs. */
function endOf(job: Job): number | undefined {
  const last = job.status?.conditions?.find(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  )
  return last === undefined ? undefined : (parseTime(last.lastTransitionTime) ?? 0)
}
