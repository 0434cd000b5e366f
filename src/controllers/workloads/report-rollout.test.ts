import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '../../objects/kinds/deployment.ts'
import type { ReplicaSet } from '../../objects/kinds/replica-set.ts'
import { type RolloutFacts, reportRollout } from './report-rollout.ts'

const start = Date.parse('2026-01-01T00:00:00Z')

function deployment(
  status: NonNullable<Deployment['status']> = {},
  spec: Partial<NonNullable<Deployment['spec']>> = {},
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', generation: 1 },
    spec: { replicas: 2, selector: {}, template: {}, progressDeadlineSeconds: 60, ...spec },
    status,
  }
}

function set(name: string, replicas: number, available: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name },
    spec: { replicas, selector: {} },
    status: { replicas, readyReplicas: available, availableReplicas: available },
  }
}

function report(owner: Deployment, facts: Partial<RolloutFacts>) {
  const { status, againInMs } = reportRollout(owner, { newSet: undefined, oldSets: [], nowMs: start, ...facts })
  const of = (type: string) => {
    const found = status.conditions?.find(condition => condition.type === type)
    return found && `${found.status} ${found.reason}`
  }
  return { status, againInMs, progressing: of('Progressing'), available: of('Available') }
}

test('the conditions tell the story of a roll-out', () => {
  const created = report(deployment(), { newSet: set('web-1', 2, 0), arrival: 'created' })
  assert.deepEqual(
    [created.progressing, created.available, created.againInMs],
    ['True NewReplicaSetCreated', 'False MinimumReplicasUnavailable', 60_001],
  )
  const moving = report(deployment(created.status), { newSet: set('web-1', 2, 1), nowMs: start + 1000 })
  assert.equal(moving.progressing, 'True ReplicaSetUpdated')
  const done = report(deployment(moving.status), { newSet: set('web-1', 2, 2), nowMs: start + 2000 })
  assert.deepEqual(
    [done.progressing, done.available, done.againInMs],
    ['True NewReplicaSetAvailable', 'True MinimumReplicasAvailable', undefined],
  )
  assert.deepEqual(
    report(deployment(done.status), { newSet: set('web-1', 2, 2), nowMs: start + 9000 }).status,
    done.status,
  )
})

test('without progress the deadline strikes, counted from the last progress', () => {
  const created = report(deployment(), { newSet: set('web-1', 2, 0), arrival: 'created' })
  const waiting = report(deployment(created.status), { newSet: set('web-1', 2, 0), nowMs: start + 59_000 })
  assert.deepEqual([waiting.progressing, waiting.againInMs], ['True NewReplicaSetCreated', 1_001])
  const late = report(deployment(waiting.status), { newSet: set('web-1', 2, 0), nowMs: start + 60_001 })
  assert.deepEqual([late.progressing, late.againInMs], ['False ProgressDeadlineExceeded', undefined])
})

test('scaling what has been rolled out is no new roll-out', () => {
  const done = report(deployment(), { newSet: set('web-1', 2, 2), arrival: 'found' })
  const settled = report(deployment(done.status), { newSet: set('web-1', 2, 2) })
  const scaled = report(deployment(settled.status, { replicas: 5 }), { newSet: set('web-1', 5, 2) })
  assert.equal(scaled.progressing, 'True NewReplicaSetAvailable')
  assert.equal(scaled.status.unavailableReplicas, 3)
})

test('a paused Deployment says so and has no deadline', () => {
  const created = report(deployment(), { newSet: set('web-1', 2, 0), arrival: 'created' })
  const paused = report(deployment(created.status, { paused: true }), {
    newSet: set('web-1', 2, 0),
    nowMs: start + 600_000,
  })
  assert.deepEqual([paused.progressing, paused.againInMs], ['Unknown DeploymentPaused', undefined])
  const resumed = report(deployment(paused.status), { newSet: set('web-1', 2, 0), nowMs: start + 601_000 })
  assert.deepEqual([resumed.progressing, resumed.againInMs], ['Unknown DeploymentResumed', 60_001])
})

test('counters tell new from old, and leave out what is zero', () => {
  const { status } = report(deployment(), { newSet: set('web-2', 1, 0), oldSets: [set('web-1', 2, 2)] })
  const { conditions: _, ...counters } = status
  assert.deepEqual(counters, {
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 1,
    readyReplicas: 2,
    availableReplicas: 2,
    unavailableReplicas: 1,
  })
})
