import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Pod, pods } from '../kinds/pod.ts'

const now = Date.parse('2026-03-10T12:00:00Z')

function cells({ metadata, ...rest }: Partial<Pod>): string {
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', ...metadata }, ...rest }
  return ['Ready', 'Status', 'Restarts']
    .map(name => pods.columns.find(column => column.name === name)?.cell(pod, now))
    .join(' ')
}

const container = { name: 'a', image: 'i' }
const running = { name: 'a', image: 'i', imageID: '', ready: true, restartCount: 0, state: { running: {} } }
const spec = { containers: [container] }

test('a pod that runs', () => {
  assert.equal(cells({ spec, status: { phase: 'Running', containerStatuses: [running] } }), '1/1 Running 0')
})

test('a container that crashes gives its reason, its restarts and when the last one was', () => {
  const crashed = {
    ...running,
    ready: false,
    restartCount: 3,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1, finishedAt: '2026-03-10T11:55:00Z' } },
  }
  assert.equal(
    cells({ spec, status: { phase: 'Running', containerStatuses: [crashed] } }),
    '0/1 CrashLoopBackOff 3 (5m ago)',
  )
})

test('a pod that ended tells how', () => {
  const ended = (exitCode: number, more: object = {}) => ({
    ...running,
    ready: false,
    state: { terminated: { exitCode, ...more } },
  })
  const status = (one: object) => ({ phase: 'Failed' as const, containerStatuses: [one as typeof running] })
  assert.equal(cells({ spec, status: status(ended(0, { reason: 'Completed' })) }), '0/1 Completed 0')
  assert.equal(cells({ spec, status: status(ended(2)) }), '0/1 ExitCode:2 0')
  assert.equal(cells({ spec, status: status(ended(137, { signal: 9 })) }), '0/1 Signal:9 0')
})

test('a pod of which one container completed and one runs is Running when ready, else NotReady', () => {
  const two = { containers: [container, { ...container, name: 'b' }] }
  const done = { ...running, name: 'b', ready: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } }
  const containerStatuses = [done, running]
  assert.equal(cells({ spec: two, status: { phase: 'Running', containerStatuses } }), '1/2 NotReady 0')
  const conditions = [{ type: 'Ready', status: 'True' as const }]
  assert.equal(cells({ spec: two, status: { phase: 'Running', containerStatuses, conditions } }), '1/2 Running 0')
})

test('initialization counts its containers and names what failed', () => {
  const init = { ...spec, initContainers: [container, { ...container, name: 'b' }] }
  const done = { ...running, ready: true, state: { terminated: { exitCode: 0 } } }
  const waiting = { ...running, name: 'b', ready: false, state: { waiting: { reason: 'PodInitializing' } } }
  const status = (second: object) => ({
    phase: 'Pending' as const,
    initContainerStatuses: [done, second as typeof running],
  })
  assert.equal(cells({ spec: init, status: status(waiting) }), '0/1 Init:1/2 0')
  assert.equal(
    cells({ spec: init, status: status({ ...waiting, state: { waiting: { reason: 'ErrImagePull' } } }) }),
    '0/1 Init:ErrImagePull 0',
  )
  assert.equal(
    cells({ spec: init, status: status({ ...waiting, state: { terminated: { exitCode: 3 } } }) }),
    '0/1 Init:ExitCode:3 0',
  )
})

test('an init container that keeps running counts like a container', () => {
  const init = { ...spec, initContainers: [{ ...container, name: 's', restartPolicy: 'Always' }] }
  const sidecar = { ...running, name: 's', started: true, restartCount: 2 }
  const status = { phase: 'Running' as const, initContainerStatuses: [sidecar], containerStatuses: [running] }
  assert.equal(cells({ spec: init, status }), '2/2 Running 2')
})

test('deletion, node loss and scheduling gates', () => {
  const metadata = { name: 'x', deletionTimestamp: '2026-03-10T11:59:00Z' }
  const status = { phase: 'Running' as const, containerStatuses: [running] }
  assert.equal(cells({ metadata, spec, status }), '1/1 Terminating 0')
  assert.equal(cells({ metadata, spec, status: { ...status, reason: 'NodeLost' } }), '1/1 Unknown 0')
  const conditions = [{ type: 'PodScheduled', status: 'False' as const, reason: 'SchedulingGated' }]
  assert.equal(cells({ spec, status: { phase: 'Pending', conditions } }), '0/1 SchedulingGated 0')
})
