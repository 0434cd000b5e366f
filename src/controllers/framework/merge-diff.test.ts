import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mergeDiff } from './merge-diff.ts'

test('only what differs is in the patch, and what is gone becomes null', () => {
  const before = { replicas: 3, labels: { app: 'web', old: 'yes' }, list: [1, 2], same: { deep: [{ a: 1 }] } }
  const after = { replicas: 4, labels: { app: 'web', fresh: 'yes' }, list: [1], same: { deep: [{ a: 1 }] } }
  assert.deepEqual(mergeDiff(before, after), { replicas: 4, labels: { fresh: 'yes', old: null }, list: [1] })
})

test('equal objects give no patch, whatever the order of their keys and their undefined fields', () => {
  assert.equal(mergeDiff({ a: 1, b: { c: 2, d: undefined } }, { b: { c: 2 }, a: 1 }), undefined)
})
