// The order of versions in discovery: kubectl takes the first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareVersions } from './resources.ts'

test('stable versions come before beta, beta before alpha, higher before lower, others last', () => {
  const versions = ['v1alpha1', 'foo', 'v1', 'v1beta2', 'v2', 'v1beta10', 'v2alpha1']
  assert.deepEqual(versions.sort(compareVersions), ['v2', 'v1', 'v1beta10', 'v1beta2', 'v2alpha1', 'v1alpha1', 'foo'])
})
