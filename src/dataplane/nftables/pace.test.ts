import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pace } from './pace.ts'

test('a change now and then waits no longer than it must', () => {
  const pace = new Pace()
  for (let now = 0; now < 1_000; now += 50) {
    pace.spend(1, now)
    assert.equal(pace.waitMs(3, now), 3)
  }
})

test('in a storm changes wait for company, up to 150 ms, and calm returns', () => {
  const pace = new Pace()
  for (let now = 0; now < 1_000; now += 5) pace.spend(5, now)
  assert.equal(pace.waitMs(3, 1_000), 150)
  assert.equal(pace.waitMs(3, 3_000), 3)
})
