import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { StatefulSet } from '../../objects/kinds/stateful-set.ts'
import { ordinalOf, planStatefulSet, reportStatefulSet } from './plan-stateful-set.ts'

type State = 'ok' | 'starting' | 'going' | 'failed'

function set(replicas: number, spec: Partial<NonNullable<StatefulSet['spec']>> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db' },
    spec: { replicas, selector: {}, template: {}, ...spec },
  }
}

function pod(ordinal: number, state: State = 'ok', revision = 'new'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `db-${ordinal}`,
      labels: { 'controller-revision-hash': revision },
      ...(state === 'going' && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    status: {
      phase: state === 'failed' ? 'Failed' : 'Running',
      conditions: [{ type: 'Ready', status: state === 'ok' || state === 'going' ? 'True' : 'False' }],
    },
  }
}

const isAvailable = (candidate: Pod) => candidate.status?.conditions?.[0]?.status === 'True'
function steps(owner: StatefulSet, pods: readonly Pod[]): string {
  const { create, remove } = planStatefulSet(owner, { pods, updateRevision: 'new', isAvailable })
  return [
    ...create.map(({ ordinal, from }) => `+${ordinal}${from === 'current' ? ' old' : ''}`),
    ...remove.map(({ metadata }) => `-${metadata.name.slice(3)}`),
  ].join(' ')
}

test('only names that the set gives have an ordinal', () => {
  const named = (name: string) => ordinalOf(set(1), { apiVersion: 'v1', kind: 'Pod', metadata: { name } })
  assert.deepEqual(['db-0', 'db-12', 'db-01', 'db-', 'other-1', 'db-1-x'].map(named), [
    0,
    12,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('ordered: one after the other, up and down, waiting for what is not well', () => {
  const cases: [string, number, Pod[], string][] = [
    ['starts with the first', 3, [], '+0'],
    ['waits for it', 3, [pod(0, 'starting')], ''],
    ['goes on', 3, [pod(0)], '+1'],
    ['fills a gap before anything else', 3, [pod(0), pod(2)], '+1'],
    ['clears away a failed one', 3, [pod(0), pod(1, 'failed')], '-1'],
    ['shrinks from the top', 1, [pod(0), pod(1), pod(2)], '-2'],
    ['one at a time', 1, [pod(0), pod(1), pod(2, 'going')], ''],
    ['does not shrink while one that stays is unwell', 2, [pod(0), pod(1, 'starting'), pod(2)], ''],
  ]
  for (const [why, replicas, pods, expected] of cases) assert.equal(steps(set(replicas), pods), expected, why)
})

test('parallel: all at once', () => {
  const parallel = (replicas: number) => set(replicas, { podManagementPolicy: 'Parallel' })
  assert.equal(steps(parallel(3), []), '+0 +1 +2')
  assert.equal(steps(parallel(3), [pod(1, 'starting')]), '+0 +2')
  assert.equal(steps(parallel(1), [pod(0), pod(1), pod(2)]), '-2 -1')
})

test('an update goes from the top down to the partition, one at a time', () => {
  const old = [0, 1, 2].map(ordinal => pod(ordinal, 'ok', 'old'))
  const [zero, one] = [pod(0, 'ok', 'old'), pod(1, 'ok', 'old')]
  const from = (partition: number) =>
    set(3, { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition } } })
  assert.equal(steps(set(3), old), '-2')
  assert.equal(steps(set(3), [zero, one, pod(2, 'starting')]), '')
  assert.equal(steps(set(3), [zero, one, pod(2)]), '-1')
  assert.equal(steps(from(2), [zero, one, pod(2)]), '')
  assert.equal(steps(from(2), [one, pod(2)]), '+0 old', 'below the partition the old template comes back')
  assert.equal(steps(set(3, { updateStrategy: { type: 'OnDelete' } }), old), '')
})

test('ordinals may start elsewhere', () => {
  assert.equal(steps(set(2, { ordinals: { start: 5 } }), [pod(5)]), '+6')
  assert.equal(steps(set(2, { ordinals: { start: 5 } }), [pod(4), pod(5), pod(6)]), '-4')
})

test('the new revision becomes the current one when every pod has it and is ready', () => {
  const report = (pods: readonly Pod[]) =>
    reportStatefulSet(set(2), { pods, updateRevision: 'new', currentRevision: 'old', isAvailable, nowMs: 0 })
  const half = report([pod(0, 'ok', 'old'), pod(1)])
  assert.deepEqual([half.currentRevision, half.currentReplicas, half.updatedReplicas], ['old', 1, 1])
  const through = report([pod(0), pod(1)])
  assert.deepEqual([through.currentRevision, through.currentReplicas, through.updatedReplicas], ['new', 2, 2])
})
