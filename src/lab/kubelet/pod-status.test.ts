import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusPatch } from './pod-status.ts'

const unscheduled = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'Unschedulable',
  message: '0/3 nodes are available',
}
const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }

test('a condition that came true drops the reason why it was false', () => {
  assert.deepEqual(statusPatch({ conditions: [unscheduled] }, { conditions: [scheduled] }), {
    conditions: [{ ...scheduled, reason: null, message: null }],
  })
})

test('an unchanged status is not written, whatever conditions others have added', () => {
  const gate = { type: 'example.com/gate', status: 'True' }
  assert.equal(statusPatch({ phase: 'Running', conditions: [gate, scheduled] }, { conditions: [scheduled] }), undefined)
})

test('a status without one before is sent whole', () => {
  assert.deepEqual(statusPatch(undefined, { phase: 'Pending' }), { phase: 'Pending' })
})
