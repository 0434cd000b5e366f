import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../client/clock.ts'
import { createProbeLane } from './probe-lane.ts'

test('checks wait for a place, and one that hangs does not keep its place', async () => {
  let hang: (() => void) | undefined
  const lane = createProbeLane({
    now: () => 0,
    setTimer: (_delayMs, callback) => {
      hang ??= callback
      return () => {}
    },
  })
  const held: (() => void)[] = []
  let got = 0
  for (let i = 0; i < 50; i++) {
    void lane().then(giveBack => {
      got++
      held.push(giveBack)
    })
  }
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(got, 48)
  held[1]?.()
  held[1]?.()
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(got, 49, 'giving back twice frees one place only')
  hang?.()
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(got, 50)
})

test('places are given again and again', async () => {
  const lane = createProbeLane(systemClock)
  for (let i = 0; i < 200; i++) (await lane())()
})
