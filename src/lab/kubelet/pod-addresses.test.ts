import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from '../../net/address.ts'
import { cidr } from '../../net/cidr.ts'
import { PodAddresses } from './pod-addresses.ts'

test('the first pod of a node is .10, in every family', () => {
  const plan = new PodAddresses([cidr('10.244.1.0/24'), cidr('fd00:1::/64')])
  assert.deepEqual(plan.allocate(), ['10.244.1.10', 'fd00:1::a'])
  assert.deepEqual(plan.allocate(), ['10.244.1.11', 'fd00:1::b'])
})

test('an address that was given back is not handed out at once', () => {
  const plan = new PodAddresses([cidr('10.244.1.0/24')])
  const [first] = plan.allocate() ?? []
  assert.ok(first)
  plan.release(first)
  assert.deepEqual(plan.allocate(), ['10.244.1.11'])
})

test('when the end is reached the free ones are used again, and none is given twice', () => {
  const plan = new PodAddresses([cidr('10.244.1.0/28')])
  const given = Array.from({ length: 5 }, () => plan.allocate()?.[0])
  assert.deepEqual(given, ['10.244.1.10', '10.244.1.11', '10.244.1.12', '10.244.1.13', '10.244.1.14'])
  assert.equal(plan.allocate(), undefined)
  plan.release(address('10.244.1.12'))
  assert.deepEqual(plan.allocate(), ['10.244.1.12'])
})

test('an address from an earlier life is kept, once, and only if it is ours', () => {
  const plan = new PodAddresses([cidr('10.244.1.0/24')])
  assert.deepEqual(plan.claim(address('10.244.1.17')), ['10.244.1.17'])
  assert.equal(plan.claim(address('10.244.1.17')), undefined)
  assert.equal(plan.claim(address('10.244.2.17')), undefined)
  assert.equal(plan.claim(address('10.244.1.1')), undefined)
  assert.deepEqual(plan.allocate(), ['10.244.1.18'])
})
