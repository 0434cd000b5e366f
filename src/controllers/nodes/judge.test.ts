import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Taint, Toleration } from '../scheduling/taints.ts'
import { evictionTime } from './judge-eviction.ts'
import { silentConditions, wantedTaints } from './judge-node.ts'

const now = Date.parse('2026-01-01T00:01:00Z')

function node(ready: 'True' | 'False' | 'Unknown' | undefined, spec: Node['spec'] = {}): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n' },
    spec,
    status: { conditions: ready ? [{ type: 'Ready', status: ready }] : [] },
  }
}

test('taints follow the Ready condition and cordoning, and leave others alone', () => {
  const taints = (object: Node) =>
    wantedTaints(object, now).map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`)
  const own: Taint = { key: 'gpu', effect: 'NoSchedule' }
  assert.deepEqual(taints(node('True', { taints: [own] })), ['gpu:NoSchedule'])
  assert.deepEqual(taints(node('Unknown', { taints: [own] })), [
    'gpu:NoSchedule',
    'unreachable:NoSchedule',
    'unreachable:NoExecute',
  ])
  assert.deepEqual(taints(node('False')), ['not-ready:NoSchedule', 'not-ready:NoExecute'])
  assert.deepEqual(taints(node(undefined)), ['not-ready:NoSchedule'], 'a new node evicts nobody')
  assert.deepEqual(taints(node('True', { unschedulable: true })), ['unschedulable:NoSchedule'])
})

test('the moment of tainting stays, since evictions count from it', () => {
  const tainted = node('Unknown', { taints: [...wantedTaints(node('Unknown'), now)] })
  assert.deepEqual(wantedTaints(tainted, now + 60_000), tainted.spec?.taints)
})

test('a silent node’s conditions become unknown once, and stay as they are then', () => {
  const silent = silentConditions([{ type: 'Ready', status: 'True', reason: 'KubeletReady' }], now)
  assert.deepEqual(
    silent.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
    [
      'Ready Unknown NodeStatusUnknown',
      'MemoryPressure Unknown NodeStatusNeverUpdated',
      'DiskPressure Unknown NodeStatusNeverUpdated',
      'PIDPressure Unknown NodeStatusNeverUpdated',
    ],
  )
  assert.equal(silentConditions(silent, now + 60_000), silent)
})

test('a pod leaves when the shortest of its tolerated times is over', () => {
  const key = 'node.kubernetes.io/unreachable'
  const taint: Taint = { key, effect: 'NoExecute', timeAdded: '2026-01-01T00:00:00Z' }
  const tolerating = (tolerationSeconds?: number): Toleration => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
  })
  const pod = (...tolerations: Toleration[]): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { containers: [], tolerations },
  })
  const added = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(evictionTime(pod(), [taint], now), now)
  assert.equal(evictionTime(pod(tolerating()), [taint], now), 'never')
  assert.equal(evictionTime(pod(tolerating(300)), [taint], now), added + 300_000)
  assert.equal(evictionTime(pod(tolerating(), tolerating(90)), [taint], now), added + 90_000)
  assert.equal(evictionTime(pod(), [{ key, effect: 'NoSchedule' }], now), 'never')
})
