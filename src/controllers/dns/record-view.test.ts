import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../client/manual-clock.testing.ts'
import type { DnsRecord } from '../../network/dns-record.ts'
import { RecordView } from './record-view.ts'

const records: readonly DnsRecord[] = [{ name: 'a.example', type: 'A', ttlSeconds: 5, data: '10.0.0.1' }]

test('a server that did not take a change is offered it again, until it is detached', async () => {
  const clock = manualClock()
  const errors: unknown[] = []
  const taken: (readonly DnsRecord[])[] = []
  let isBroken = false
  const view = new RecordView(error => errors.push(error), clock)
  const detach = view.attach({
    update: async wanted => {
      if (isBroken) throw new Error('no answer')
      taken.push(wanted)
    },
  })
  await view.settled()
  isBroken = true
  view.publish(records)
  await view.settled()
  clock.advance(1_000)
  await view.settled()
  assert.deepEqual([errors.length, taken.at(-1)], [2, []])
  isBroken = false
  clock.advance(1_000)
  await view.settled()
  assert.equal(taken.at(-1), records)

  isBroken = true
  view.publish([])
  await view.settled()
  detach()
  clock.advance(1_000)
  await view.settled()
  assert.equal(errors.length, 3)
})
