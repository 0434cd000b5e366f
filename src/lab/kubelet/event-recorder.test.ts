import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../../client/client.ts'
import { ApiError } from '../../objects/api-error.ts'
import { EventQueue } from './event-recorder.ts'

function world() {
  const created: Record<string, unknown>[] = []
  const patched: unknown[] = []
  const timers: { atMs: number; callback: () => void }[] = []
  const deleted = new Set<unknown>()
  let nowMs = 1_000_000
  const client = {
    create: async (_kind: unknown, object: Record<string, unknown>) => {
      created.push(object)
      return object
    },
    patch: async (_kind: unknown, key: { name: string }, body: { patch: unknown }) => {
      if (deleted.has(key.name)) throw new ApiError(404, 'NotFound', `events "${key.name}" not found`)
      patched.push(body.patch)
    },
  } as unknown as Client
  const clock = {
    now: () => nowMs,
    setTimer: (delayMs: number, callback: () => void) => {
      timers.push({ atMs: nowMs + delayMs, callback })
      return () => {}
    },
  }
  const pass = async (ms: number) => {
    nowMs += ms
    for (
      let timer = timers.find(one => one.atMs <= nowMs);
      timer !== undefined;
      timer = timers.find(one => one.atMs <= nowMs)
    ) {
      timers.splice(timers.indexOf(timer), 1)
      timer.callback()
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  const recorder = new EventQueue(client, clock).recorder({ component: 'kubelet', nodeName: 'n' })
  return { created, patched, deleted, pass, recorder }
}

const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'ns', uid: 'u' } }
const text = { type: 'Warning', reason: 'BackOff', message: 'again' } as const

test('an Event names the object, the component and the place', async () => {
  const { created, pass, recorder } = world()
  recorder.record(pod, { ...text, fieldPath: 'spec.containers{c}' })
  await pass(20)
  const [event] = created
  assert.deepEqual(event?.involvedObject, {
    apiVersion: 'v1',
    kind: 'Pod',
    name: 'p',
    namespace: 'ns',
    uid: 'u',
    fieldPath: 'spec.containers{c}',
  })
  assert.equal(event?.count, 1)
})

test('the same Event again is counted, not written again', async () => {
  const { created, patched, pass, recorder } = world()
  recorder.record(pod, text)
  await pass(20)
  await pass(5000)
  recorder.record(pod, text)
  await pass(20)
  assert.equal(created.length, 1)
  assert.deepEqual(patched, [{ count: 2, lastTimestamp: '1970-01-01T00:16:45Z' }])
})

test('an Event that somebody deleted is told anew when it happens again', async () => {
  const { created, deleted, pass, recorder } = world()
  recorder.record(pod, text)
  await pass(20)
  deleted.add((created[0] as { metadata: { name: string } }).metadata.name)
  for (let i = 0; i < 2; i++) {
    await pass(5000)
    recorder.record(pod, text)
    await pass(20)
  }
  assert.deepEqual(
    created.map(({ count }) => count),
    [1, 1],
  )
})

test('many Events are written a few at a time', async () => {
  const { created, pass, recorder } = world()
  for (let i = 0; i < 20; i++) recorder.record(pod, { ...text, message: String(i) })
  await pass(20)
  assert.equal(created.length, 8)
  await pass(20)
  assert.equal(created.length, 16)
})
