import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest.ts'

test('typos find the name that was meant, and other words find nothing', () => {
  const fields = ['replicas', 'selector', 'template', 'ports', 'port', 'data']
  assert.equal(nearestName('replcias', fields), 'replicas')
  assert.equal(nearestName('Replica', fields), 'replicas')
  assert.equal(nearestName('prots', fields), 'ports')
  assert.equal(nearestName('dta', fields), 'data')
  assert.equal(nearestName('affinity', fields), undefined)
  assert.equal(nearestName('x', fields), undefined)
})
