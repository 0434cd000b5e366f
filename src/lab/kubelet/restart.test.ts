import assert from 'node:assert/strict'
import { test } from 'node:test'
import { afterExit, formatBackoff, kubeletBackoff, shouldRestart } from './restart.ts'

test('the policies decide as the API says', () => {
  const decide = (exitCode: number) =>
    (['Always', 'OnFailure', 'Never'] as const).map(policy => shouldRestart(policy, { exitCode }))
  assert.deepEqual(decide(0), [true, false, false])
  assert.deepEqual(decide(1), [true, true, false])
})

test('the first restart is immediate, then the delay doubles up to five minutes', () => {
  let history = { crashes: 0 }
  const delays: number[] = []
  for (let i = 0; i < 8; i++) {
    const next = afterExit(history, 100, kubeletBackoff)
    history = next.history
    delays.push(next.delayMs / 1000)
  }
  assert.deepEqual(delays, [0, 10, 20, 40, 80, 160, 300, 300])
})

test('ten minutes of life forgive everything', () => {
  assert.deepEqual(afterExit({ crashes: 7 }, 600_000, kubeletBackoff), { history: { crashes: 1 }, delayMs: 0 })
})

test('delays read as the kubelet writes them', () => {
  assert.deepEqual([250, 10_000, 80_000, 300_000].map(formatBackoff), ['250ms', '10s', '1m20s', '5m0s'])
})
