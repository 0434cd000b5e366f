import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../client/manual-clock.testing.ts'
import { memoryClient } from '../../client/memory.testing.ts'
import { type Event, events } from '../../objects/kinds/event.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { createEventRecorder } from './events.ts'

const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'shop', uid: 'u' } }
const note = { type: 'Warning', reason: 'Failed', message: 'again' } as const

test('what happens again is counted, and told anew once somebody has deleted it', async () => {
  const client = memoryClient()
  const { signal } = new AbortController()
  const recorder = createEventRecorder({ client, clock: manualClock(1_000), random: () => 0, signal }, 'test')
  const counts = async () => {
    await recorder.written()
    return (await client.list<Event>(events)).items.map(({ count }) => count)
  }
  recorder.record(pods, pod, note)
  recorder.record(pods, pod, note)
  assert.deepEqual(await counts(), [2])
  const [event] = (await client.list<Event>(events)).items
  await client.delete(events, { namespace: 'shop', name: event?.metadata.name ?? '' })
  recorder.record(pods, pod, note)
  assert.deepEqual(await counts(), [])
  recorder.record(pods, pod, note)
  assert.deepEqual(await counts(), [1])
})
