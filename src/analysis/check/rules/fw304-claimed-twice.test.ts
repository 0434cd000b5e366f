import assert from 'node:assert/strict'
import { test } from 'node:test'
import { service, told } from '../check.testing.ts'
import { claimedTwice } from './fw304-claimed-twice.ts'

const externalIPs = ['192.168.1.7']

test('two Services with one external address and port clash', () => {
  assert.deepEqual(told(claimedTwice, [service('a', { externalIPs }), service('b', { externalIPs })]), [
    'spec.externalIPs error FW304 Service default/b claims 192.168.1.7:80/TCP, which Service default/a has already',
  ])
})

test('another port, another protocol or another address is no clash', () => {
  const others = [
    service('b', { externalIPs, ports: [{ port: 443 }] }),
    service('c', { externalIPs, ports: [{ port: 80, protocol: 'UDP' }] }),
    service('d', { externalIPs: ['192.168.1.8'] }),
    service('e'),
  ]
  assert.deepEqual(told(claimedTwice, [service('a', { externalIPs }), ...others]), [])
})
