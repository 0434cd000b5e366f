import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noPast, pastOf } from './adopt-container.ts'
import type { ContainerStatus } from './pod-types.ts'

const base: ContainerStatus = { name: 'c', image: 'i', imageID: '', ready: true, restartCount: 2 }
const running = { ...base, state: { running: { startedAt: '2026-01-01T00:00:00Z' } }, containerID: 'fairway://1' }

test('a container that ran is restarted, and says that its end was not seen', () => {
  const past = pastOf(running, 'Always', 0)
  assert.equal(past.restartCount, 3)
  assert.deepEqual(past.lastState?.terminated, {
    exitCode: 255,
    reason: 'Unknown',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '1970-01-01T00:00:00Z',
    containerID: 'fairway://1',
  })
})

test('one that must never be restarted stays ended', () => {
  const past = pastOf(running, 'Never', 0)
  assert.equal(past.state.terminated?.exitCode, 255)
  assert.equal(past.restartCount, 2)
})

test('one that had ended before keeps how it ended', () => {
  const state = { terminated: { exitCode: 0 } }
  assert.deepEqual(pastOf({ ...base, state }, 'OnFailure', 0).state, state)
})

test('without a status nothing is known', () => {
  assert.deepEqual(pastOf(undefined, 'Always', 0), noPast)
})
