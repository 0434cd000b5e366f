import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ReloadPace } from './reload-pace.ts'

test('the first changes after a quiet time wait only for what comes with them', () => {
  const pace = new ReloadPace()
  for (let reload = 0; reload < 4; reload++) {
    assert.equal(pace.waitMs(0), 10)
    pace.reloaded(0)
  }
  assert.equal(pace.waitMs(0), 300)
})

test('in a storm there is one reload for each 300 ms', () => {
  const pace = new ReloadPace()
  let now = 0
  let reloads = 0
  for (; now < 30_000; reloads++) {
    now += pace.waitMs(now)
    pace.reloaded(now)
  }
  assert.ok(reloads >= 99 && reloads <= 105, `${reloads} in 30 s`)
})

test('after a quiet second a few are free again, and never more than at the start', () => {
  const pace = new ReloadPace()
  const burst = (now: number) => {
    let count = 0
    for (; pace.waitMs(now) === 10; count++) pace.reloaded(now)
    return count
  }
  assert.deepEqual([burst(0), burst(1000), burst(60_000)], [4, 3, 4])
})
