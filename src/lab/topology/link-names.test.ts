import assert from 'node:assert/strict'
import { test } from 'node:test'
import { podLinkName, portName, stableMac } from './link-names.ts'

test('a MAC address is of one interface, locally administered, and the same in every run', () => {
  assert.equal(stableMac('laptop'), stableMac('laptop'))
  assert.notEqual(stableMac('laptop'), stableMac('k8s-1'))
  assert.match(stableMac('laptop'), /^02(:[0-9a-f]{2}){5}$/)
})

test('names of interfaces fit into the kernel’s fifteen bytes', () => {
  assert.equal(portName('laptop'), 'laptop')
  assert.equal(portName('a-machine-with-a-long-name').length, 15)
  assert.notEqual(portName('a-machine-with-a-long-name'), portName('a-machine-with-a-long-name-2'))
  assert.match(podLinkName('pod-a'), /^lxc[0-9a-f]{12}$/)
})
