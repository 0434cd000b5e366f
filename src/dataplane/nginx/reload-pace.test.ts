import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReloadPace } from './reload-pace.ts'

test('a change after a quiet time waits only for what comes with it', () => {
  const pace = new ReloadPace()
  assert.equal(pace.waitMs(0), 10)
  pace.reloaded(10)
  assert.equal(pace.waitMs(5000), 10)
})

test('a change right behind a reload waits for the gap to pass', () => {
  const pace = new ReloadPace()
  pace.reloaded(100)
  assert.equal(pace.waitMs(105), 35)
  assert.equal(pace.waitMs(139), 10)
})

test('in a storm the gap grows to a second, and quiet makes it short again', () => {
  const pace = new ReloadPace()
  let now = 0
  const gaps: number[] = []
  for (let reload = 0; reload < 7; reload++) {
    pace.reloaded(now)
    gaps.push(pace.waitMs(now))
    now += gaps.at(-1) ?? 0
  }
  assert.deepEqual(gaps, [40, 80, 160, 320, 640, 1000, 1000])
  pace.reloaded(now)
  now += 60_000
  assert.equal(pace.waitMs(now), 10)
  pace.reloaded(now)
  assert.equal(pace.waitMs(now), 40)
})
