import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../client/manual-clock.testing.ts'
import { memoryClient } from '../../client/memory.testing.ts'
import { type Event, events } from '../../objects/kinds/event.ts'
import { startEventExpiry } from './expire-events.ts'

const start = Date.parse('2026-01-01T12:00:00Z')
const minute = 60_000

test('an Event goes an hour after it happened last, and those that still happen stay', async () => {
  const clock = manualClock(start)
  const client = memoryClient({ now: clock.now })
  const make = (name: string, more: Partial<Event> = {}) =>
    client.create<Event>(events, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { namespace: 'default', name },
      involvedObject: {},
      ...more,
    })
  await make('once')
  await make('counted', { lastTimestamp: '2026-01-01T12:30:00Z', count: 7 })
  await make('series', {
    eventTime: '2026-01-01T11:00:00.000000Z',
    series: { count: 2, lastObservedTime: '2026-01-01T12:40:00.000000Z' },
  })
  for (let i = 0; i < 450; i++) await make(`storm-${i}`)
  const stop = new AbortController()
  const controller = startEventExpiry({ client, clock, random: () => 0, signal: stop.signal })
  const left = async () => {
    for (let turn = 0; turn < 5; turn++) {
      await controller.idle()
      clock.advance(1)
    }
    return (await client.list(events)).items.map(({ metadata }) => metadata.name).sort()
  }
  await controller.synced
  assert.equal((await left()).length, 453)
  clock.advance(61 * minute)
  assert.deepEqual(await left(), ['counted', 'series'])
  clock.advance(30 * minute)
  assert.deepEqual(await left(), ['series'])
  clock.advance(10 * minute)
  assert.deepEqual(await left(), [])
  stop.abort()
})
