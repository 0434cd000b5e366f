import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nextCheck, noResults, timingOf, withResult } from './decide.ts'

test('a verdict changes only after as many equal results as its threshold says', () => {
  const thresholds = { success: 2, failure: 3 }
  const verdicts: (boolean | undefined)[] = []
  let state = noResults
  for (const ok of [true, true, false, false, true, false, false, false, true, true]) {
    state = withResult(state, ok, thresholds)
    verdicts.push(state.verdict)
  }
  assert.deepEqual(verdicts, [undefined, true, true, true, true, true, true, false, false, true])
})

test('fields that are missing have the defaults of the API', () => {
  assert.deepEqual(timingOf({}), {
    initialDelayMs: 0,
    periodMs: 10_000,
    timeoutMs: 1000,
    thresholds: { success: 1, failure: 3 },
  })
})

test('a container that does not answer yet is asked again soon, then by the period', () => {
  const timing = timingOf({ periodSeconds: 10 })
  const delays = Array.from({ length: 8 }, (_, checks) =>
    nextCheck(timing, { kind: 'readiness', checks, hasPassed: false }, 0),
  )
  assert.deepEqual(
    delays.map(({ delayMs }) => delayMs),
    [0, 50, 100, 200, 400, 800, 5000, 10_000],
  )
  assert.deepEqual(
    delays.map(({ isEager }) => isEager),
    [false, true, true, true, true, true, false, false],
  )
})

test('a container that answered is asked by the period, from a random point of it', () => {
  const timing = timingOf({ periodSeconds: 10, initialDelaySeconds: 3 })
  const at = (checks: number, random: number) =>
    nextCheck(timing, { kind: 'readiness', checks, hasPassed: true }, random).delayMs
  assert.deepEqual([at(0, 0), at(1, 0), at(1, 0.5), at(2, 0)], [3000, 5000, 7500, 10_000])
})

test('liveness is never asked in haste', () => {
  const next = nextCheck(timingOf({}), { kind: 'liveness', checks: 1, hasPassed: false }, 1)
  assert.deepEqual(next, { delayMs: 10_000, isEager: false })
})
