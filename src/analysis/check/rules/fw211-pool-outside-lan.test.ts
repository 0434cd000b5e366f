import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pool, told } from '../check.testing.ts'
import { poolOutsideLan } from './fw211-pool-outside-lan.ts'

test('a block outside the LAN is reported, the others are not', () => {
  const spec = { blocks: [{ cidr: '192.168.1.200/29' }, { cidr: '10.0.0.0/28' }] }
  assert.deepEqual(told(poolOutsideLan, [pool('lan', spec)], { site: {} }), [
    'spec.blocks[1] warning FW211 pool lan: 10.0.0.0/28 is not inside the LAN 192.168.1.0/24',
  ])
})

test('a block that reaches beyond the end of the LAN is outside', () => {
  const spec = { blocks: [{ start: '192.168.1.250', stop: '192.168.2.5' }] }
  assert.equal(told(poolOutsideLan, [pool('lan', spec)], { site: {} }).length, 1)
})

test('a block with the whole LAN is another mistake, and without a site nothing is known of a LAN', () => {
  assert.deepEqual(told(poolOutsideLan, [pool('lan', { blocks: [{ cidr: '192.168.0.0/16' }] })], { site: {} }), [])
  assert.deepEqual(told(poolOutsideLan, [pool('lan', { blocks: [{ cidr: '10.0.0.0/28' }] })]), [])
})
