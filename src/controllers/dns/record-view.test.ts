import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DnsRecord } from '../../network/dns-record.ts'
import { RecordView } from './record-view.ts'

const records: readonly DnsRecord[] = [{ name: 'a.example', type: 'A', ttlSeconds: 5, data: '10.0.0.1' }]

/** Timers that go off when the test says so. */
function handClock() {
  const due: (() => void)[] = []
  return {
    now: () => 0,
    setTimer(_delayMs: number, callback: () => void) {
      due.push(callback)
      return () => void due.splice(due.indexOf(callback), 1)
    },
    goOff: () => {
      for (const callback of due.splice(0)) callback()
    },
  }
}

test('a server that did not take a change is offered it again, until it is detached', async () => {
  const clock = handClock()
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
  clock.goOff()
  await view.settled()
  assert.deepEqual([errors.length, taken.at(-1)], [2, []])
  isBroken = false
  clock.goOff()
  await view.settled()
  assert.equal(taken.at(-1), records)

  isBroken = true
  view.publish([])
  await view.settled()
  detach()
  clock.goOff()
  await view.settled()
  assert.equal(errors.length, 3)
})
