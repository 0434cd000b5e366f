import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '../../objects/kinds/pod.ts'
import { rankForDeletion } from './rank-for-deletion.ts'

const now = Date.parse('2026-01-02T00:00:00Z')

interface Sketch {
  readonly node?: string
  readonly phase?: 'Pending' | 'Running'
  readonly readySince?: string
  readonly cost?: string
  readonly restarts?: number
  readonly created?: string
}

function pod(name: string, sketch: Sketch): Pod {
  const { node = 'n', phase = 'Running', readySince, cost, restarts = 0, created = '2026-01-01T00:00:00Z' } = sketch
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: name,
      creationTimestamp: created,
      ...(cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node && { nodeName: node }) },
    status: {
      phase,
      ...(readySince && { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: readySince }] }),
      containerStatuses: [{ name: 'c', image: '', imageID: '', ready: true, restartCount: restarts }],
    },
  }
}

const ready = '2026-01-01T00:00:00Z'

test('the pod least worth keeping goes first', () => {
  const pairs: [string, Sketch, Sketch][] = [
    ['bound to no node', { node: '' }, { phase: 'Pending' }],
    ['pending before running', { phase: 'Pending' }, {}],
    ['not ready before ready', {}, { readySince: ready }],
    ['cheaper by the user’s word', { readySince: ready, cost: '-5' }, { readySince: ready }],
    ['on the more crowded node', { readySince: ready, node: 'crowded' }, { readySince: ready }],
    ['ready for a shorter time', { readySince: '2026-01-01T23:00:00Z' }, { readySince: ready }],
    ['restarted more often', { readySince: ready, restarts: 3 }, { readySince: ready }],
    ['younger', { readySince: ready, created: '2026-01-01T23:00:00Z' }, { readySince: ready }],
  ]
  const crowdOf = (candidate: Pod) => (candidate.spec?.nodeName === 'crowded' ? 5 : 1)
  for (const [why, first, second] of pairs) {
    // Named so that the alphabet alone would decide the other way round.
    const list = [pod('a-stays', second), pod('b-goes', first)]
    assert.equal(rankForDeletion(list, { crowdOf, nowMs: now })[0]?.metadata.name, 'b-goes', why)
  }
})
