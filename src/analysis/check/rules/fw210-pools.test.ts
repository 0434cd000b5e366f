import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pool, service, told } from '../check.testing.ts'
import { pools } from './fw210-pools.ts'

const site = {
  lan: { cidr: '192.168.1.0/24', gateway: '192.168.1.1', hosts: [{ name: 'printer', address: '192.168.1.60' }] },
}
const lb = { type: 'LoadBalancer' }

test('an address of a machine is reported at the block that holds it', () => {
  const spec = { blocks: [{ cidr: '192.168.1.200/32' }, { start: '192.168.1.60', stop: '192.168.1.98' }] }
  assert.deepEqual(told(pools, [pool('lan', spec)], { site }), [
    'spec.blocks[1] warning FW210 pool lan holds 192.168.1.60, which belongs to the host printer',
    'spec.blocks[1] warning FW210 pool lan holds 192.168.1.98, which belongs to node one',
  ])
})

test('a pool with the whole LAN is one finding, and not one for each machine', () => {
  for (const block of [{ cidr: '192.168.0.0/16' }, { start: '192.168.1.1', stop: '192.168.1.254' }]) {
    const found = told(pools, [pool('lan', { blocks: [block] })], { site })
    assert.equal(found.length, 1)
    assert.match(found[0] ?? '', /^spec\.blocks\[0\] error FW215 pool lan holds the whole LAN 192\.168\.1\.0\/24/)
  }
})

test('of two pools that overlap the later is reported, at the block that is in the way', () => {
  const a = pool('a', { blocks: [{ cidr: '192.168.1.200/29' }] })
  const b = pool('b', { blocks: [{ cidr: '192.168.1.220/32' }, { cidr: '192.168.1.204/32' }] })
  assert.match(told(pools, [b, a], { site }).join(), /^spec\.blocks\[1\] error FW212 pool b hands out nothing/)
})

test('a full pool is a hint, unless a Service goes without', () => {
  const small = pool('lan', { blocks: [{ cidr: '192.168.1.200/32' }] })
  assert.match(told(pools, [small, service('a', lb)], { site })[0] ?? '', /^spec\.blocks info FW214 /)
  assert.deepEqual(told(pools, [small, service('a', lb), service('b', lb)], { site }), [])
})

test('a pool of free addresses of the LAN is silent, and so is one without a site to compare with', () => {
  assert.deepEqual(told(pools, [pool('lan', { blocks: [{ cidr: '192.168.1.200/29' }] })], { site }), [])
  assert.deepEqual(told(pools, [pool('lan', { blocks: [{ cidr: '192.168.1.0/24' }] })]), [])
})
