import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, pool, service, told } from '../check.testing.ts'
import { noAddress } from './fw220-no-address.ts'

const lb = { type: 'LoadBalancer' }
const small = pool('lan', { blocks: [{ cidr: '192.168.1.200/32' }] })
const selective = pool('lan', {
  blocks: [{ cidr: '192.168.1.200/29' }],
  serviceSelector: { matchLabels: { exposed: 'true' } },
})
const asks = (address: string) => ({ annotations: { 'lbipam.cilium.io/ips': address } })

test('the Service for which no address is left is named with the pools that are full', () => {
  assert.deepEqual(told(noAddress, [small, service('a', lb), service('b', lb)], { site: {} }), [
    'spec.type error FW220 Service default/b gets no load-balancer address: every IPv4 address of the pools for this Service is taken',
  ])
  assert.match(
    advice(noAddress, [small, service('a', lb), service('b', lb)], { site: {} }) ?? '',
    /^add a block to pool lan/,
  )
})

test('a Service that every pool excludes is told so', () => {
  assert.match(told(noAddress, [selective, service('a', lb)], { site: {} })[0] ?? '', /^spec\.type error FW221 /)
  assert.match(
    told(noAddress, [selective, service('a', lb)])[0] ?? '',
    /warning FW221/,
    'elsewhere there may be another pool',
  )
})

test('a wish that no pool can grant is reported where it stands', () => {
  const [outside] = told(noAddress, [small, service('a', lb, asks('10.0.0.1'))], { site: {} })
  assert.match(outside ?? '', /^metadata\.annotations\[lbipam\.cilium\.io\/ips\] error FW221 .* holds 10\.0\.0\.1$/)
  const [old] = told(noAddress, [small, service('a', { ...lb, loadBalancerIP: '10.0.0.1' })], { site: {} })
  assert.match(old ?? '', /^spec\.loadBalancerIP error FW221/)
})

test('two Services with one wish, and a wish for an address of a machine', () => {
  const both = ['a', 'b'].map(name => service(name, lb, asks('192.168.1.200')))
  assert.match(
    told(noAddress, [small, ...both])[0] ?? '',
    /error FW222 Service default\/b .* Service default\/a has 192\.168\.1\.200$/,
  )
  const taken = [pool('lan', { blocks: [{ cidr: '192.168.1.96/29' }] }), service('a', lb, asks('192.168.1.98'))]
  assert.match(told(noAddress, taken, { site: {} })[0] ?? '', /FW222 .* 192\.168\.1\.98 belongs to node one$/)
})

test('Services that share one address on purpose are silent', () => {
  const shared = { annotations: { 'lbipam.cilium.io/ips': '192.168.1.200', 'lbipam.cilium.io/sharing-key': 'x' } }
  const objects = [small, service('a', lb, shared), service('b', { ...lb, ports: [{ port: 443 }] }, shared)]
  assert.deepEqual(told(noAddress, objects, { site: {} }), [])
})

test('without any pool only a whole site is told so; a class of another controller never', () => {
  assert.match(told(noAddress, [service('a', lb)], { site: {} })[0] ?? '', /warning FW221 .* there is no pool/)
  assert.deepEqual(told(noAddress, [service('a', lb)]), [])
  assert.deepEqual(
    told(noAddress, [selective, service('a', { ...lb, loadBalancerClass: 'example.org/cloud' })], { site: {} }),
    [],
  )
})
