import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Job } from '../../objects/kinds/job.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { formatIndexes, parseIndexes } from './job-indexes.ts'
import { judgeJob, measureJob, planJobPods, trackingFinalizer } from './plan-job.ts'

const start = Date.parse('2026-01-01T00:00:00Z')

function job(spec: Partial<NonNullable<Job['spec']>> = {}, status: NonNullable<Job['status']> = {}): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'sum' },
    spec: { template: {}, completions: 1, ...spec },
    status,
  }
}

function pod(
  uid: string,
  phase: 'Running' | 'Succeeded' | 'Failed',
  { counted = false, index = -1, endedMs = start } = {},
): Pod {
  const finishedAt = new Date(endedMs).toISOString()
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: uid,
      uid,
      finalizers: counted ? [] : [trackingFinalizer],
      annotations: index < 0 ? {} : { 'batch.kubernetes.io/job-completion-index': `${index}` },
    },
    status: {
      phase,
      ...(phase !== 'Running' && {
        containerStatuses: [
          {
            name: 'c',
            image: '',
            imageID: '',
            ready: false,
            restartCount: 0,
            state: { terminated: { exitCode: 0, finishedAt } },
          },
        ],
      }),
    },
  }
}

const verdict = (owner: Job, pods: readonly Pod[], nowMs = start) => {
  const result = judgeJob(owner, measureJob(owner, pods), nowMs)
  return 'reason' in result ? result.reason : result.kind
}
const plan = (owner: Job, pods: readonly Pod[], nowMs = start) => planJobPods(owner, measureJob(owner, pods), nowMs)

test('an ended pod is noted, then released, then counted, and never twice', () => {
  const ended = pod('u1', 'Succeeded')
  const first = measureJob(job(), [ended])
  assert.deepEqual([first.succeeded, first.uncounted.succeeded, first.release.length], [0, ['u1'], 0])
  const noted = job({}, { uncountedTerminatedPods: { succeeded: ['u1'] } })
  const second = measureJob(noted, [ended])
  assert.deepEqual([second.succeeded, second.uncounted.succeeded, second.release.length], [0, ['u1'], 1])
  const third = measureJob(noted, [pod('u1', 'Succeeded', { counted: true })])
  assert.deepEqual([third.succeeded, third.uncounted.succeeded], [1, []])
  assert.equal(measureJob(noted, []).succeeded, 1, 'also when the pod is gone by now')
  assert.equal(measureJob(job({}, { succeeded: 1 }), [pod('u1', 'Succeeded', { counted: true })]).succeeded, 1)
})

test('a Job is over when enough succeeded, too many failed, or its time is up', () => {
  assert.equal(verdict(job(), []), 'running')
  assert.equal(verdict(job(), [pod('a', 'Succeeded')]), 'CompletionsReached')
  assert.equal(verdict(job({ completions: 2 }), [pod('a', 'Succeeded')]), 'running')
  assert.equal(verdict(job({ backoffLimit: 1 }), [pod('a', 'Failed')]), 'running')
  assert.equal(verdict(job({ backoffLimit: 1 }), [pod('a', 'Failed'), pod('b', 'Failed')]), 'BackoffLimitExceeded')
  const timed = job({ activeDeadlineSeconds: 60 }, { startTime: '2026-01-01T00:00:00Z' })
  assert.equal(verdict(timed, [], start + 59_999), 'running')
  assert.equal(verdict(timed, [], start + 60_000), 'DeadlineExceeded')
  assert.equal(verdict(job({ suspend: true }), []), 'suspended')
})

test('without a count of completions, one success ends the work when nobody works any more', () => {
  const { completions: _, ...spec } = job({ parallelism: 2 }).spec ?? { template: {} }
  const queue: Job = { ...job(), spec }
  assert.equal(verdict(queue, [pod('a', 'Succeeded'), pod('b', 'Running')]), 'running')
  assert.deepEqual(
    plan(queue, [pod('a', 'Succeeded'), pod('b', 'Running')]).create,
    [],
    'no new workers after a success',
  )
  assert.equal(verdict(queue, [pod('a', 'Succeeded')]), 'CompletionsReached')
})

test('what was decided stays decided', () => {
  const decided = job({}, { conditions: [{ type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded' }] })
  assert.equal(verdict(decided, [pod('a', 'Succeeded')]), 'DeadlineExceeded')
})

test('as many pods run as may, and no more than are still needed', () => {
  const owner = job({ completions: 5, parallelism: 3 })
  assert.equal(plan(owner, []).create.length, 3)
  assert.equal(plan(owner, [pod('a', 'Running')]).create.length, 2)
  assert.equal(plan(job({ completions: 5, parallelism: 3 }, { succeeded: 4 }), []).create.length, 1)
  assert.equal(
    plan(job({ completions: 5, parallelism: 1 }), [pod('a', 'Running'), pod('b', 'Running')]).remove.length,
    1,
  )
})

test('after failures the next pod waits, twice as long each time', () => {
  const owner = job({ backoffLimit: 9 })
  const failures = [pod('a', 'Failed', { endedMs: start }), pod('b', 'Failed', { endedMs: start + 10_000 })]
  assert.deepEqual(plan(owner, failures, start + 15_000), { create: [], remove: [], againInMs: 15_000 })
  assert.equal(plan(owner, failures, start + 30_000).create.length, 1)
})

test('an indexed Job makes the indexes that are neither done nor in work', () => {
  const owner = job({ completions: 4, parallelism: 4, completionMode: 'Indexed' }, { completedIndexes: '0' })
  const pods = [pod('a', 'Running', { index: 2 }), pod('b', 'Succeeded', { index: 3 })]
  assert.deepEqual(plan(owner, pods).create, [1])
  assert.deepEqual([...measureJob(owner, pods).completed].sort(), [0, 3])
})

test('indexes are written as ranges of three and more', () => {
  assert.equal(formatIndexes([7, 1, 3, 4, 5]), '1,3-5,7')
  assert.equal(formatIndexes([0, 1]), '0,1')
  assert.deepEqual([...parseIndexes('1,3-5,7')], [1, 3, 4, 5, 7])
  assert.deepEqual([...parseIndexes(undefined)], [])
})
