import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment } from '../../objects/kinds/deployment.ts'
import type { ReplicaSet } from '../../objects/kinds/replica-set.ts'
import { budgetOf, planProportionalScaling, planRollingStep, type Scaling } from './plan-rollout.ts'

function deployment(
  replicas: number,
  maxSurge: number | string = '25%',
  maxUnavailable: number | string = '25%',
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas,
      selector: {},
      template: {},
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
    },
  }
}

/** `spec/available`, created in the order of their names. */
function set(name: string, replicas: number, available: number, sized?: { desired: number; max: number }): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name,
      creationTimestamp: `2026-01-01T00:00:0${name.charCodeAt(0) - 97}Z`,
      ...(sized && {
        annotations: {
          'deployment.kubernetes.io/desired-replicas': `${sized.desired}`,
          'deployment.kubernetes.io/max-replicas': `${sized.max}`,
        },
      }),
    },
    spec: { replicas, selector: {} },
    status: { replicas, availableReplicas: available },
  }
}

const plain = (scaling: Scaling) =>
  Object.fromEntries([...scaling].map(([{ metadata }, replicas]) => [metadata.name, replicas]))

test('surge is rounded up, unavailability down, and one of them is always possible', () => {
  const cases: [number, number | string, number | string, { maxSurge: number; maxUnavailable: number }][] = [
    [10, '25%', '25%', { maxSurge: 3, maxUnavailable: 2 }],
    [3, '1%', '1%', { maxSurge: 1, maxUnavailable: 0 }],
    [3, 0, '1%', { maxSurge: 0, maxUnavailable: 1 }],
    [2, 0, 5, { maxSurge: 0, maxUnavailable: 2 }],
  ]
  for (const [replicas, surge, unavailable, expected] of cases) {
    assert.deepEqual(budgetOf(deployment(replicas, surge, unavailable)), { wanted: replicas, ...expected })
  }
})

test('a rolling update grows the new set first, then shrinks the old ones by what is ready', () => {
  const cases: {
    why: string
    surge: number
    unavailable: number
    fresh: [number, number]
    old: [number, number][]
    plan: object
  }[] = [
    { why: 'room for the surge', surge: 1, unavailable: 0, fresh: [0, 0], old: [[4, 4]], plan: { b: 1 } },
    { why: 'the new pod is not ready yet', surge: 1, unavailable: 0, fresh: [1, 0], old: [[4, 4]], plan: {} },
    { why: 'the new pod is ready', surge: 1, unavailable: 0, fresh: [1, 1], old: [[4, 4]], plan: { a: 3 } },
    {
      why: 'unavailability lets old ones go at once',
      surge: 0,
      unavailable: 2,
      fresh: [0, 0],
      old: [[4, 4]],
      plan: { a: 2 },
    },
    { why: 'broken old pods go first', surge: 1, unavailable: 1, fresh: [1, 0], old: [[4, 3]], plan: { a: 3 } },
    { why: 'everything has moved', surge: 1, unavailable: 1, fresh: [4, 4], old: [[0, 0]], plan: {} },
  ]
  for (const { why, surge, unavailable, fresh, old, plan } of cases) {
    const oldSets = old.map(([replicas, available], index) => set(String.fromCharCode(97 + index), replicas, available))
    const newSet = set(String.fromCharCode(97 + old.length), ...fresh)
    assert.deepEqual(plain(planRollingStep(deployment(4, surge, unavailable), newSet, oldSets)), plan, why)
  }
})

test('scaling in the middle of a roll-out is shared by size', () => {
  const sized = { desired: 10, max: 13 }
  const plan = planProportionalScaling(deployment(20, 3, 2), set('b', 5, 5, sized), [set('a', 8, 8, sized)])
  assert.deepEqual(plain(plan), { a: 14, b: 9 })
})

test('with only one set alive that one takes the whole change', () => {
  assert.deepEqual(plain(planProportionalScaling(deployment(5), set('b', 3, 3), [set('a', 0, 0)])), { b: 5 })
  assert.deepEqual(plain(planProportionalScaling(deployment(0), set('b', 3, 3), [])), { b: 0 })
})
