import assert from 'node:assert/strict'
import { test } from 'node:test'
import { service, told } from '../check.testing.ts'
import { clusterAddress } from './fw306-cluster-address.ts'

test('an address outside the Service range is refused', () => {
  assert.deepEqual(told(clusterAddress, [service('a', { clusterIP: '10.200.0.7' })], { site: {} }), [
    'spec.clusterIP error FW306 Service default/a asks for the cluster address 10.200.0.7, which is outside the Service range 10.96.0.0/12',
  ])
})

test('an address of another Service, of DNS or of the API server is refused', () => {
  const at = (name: string, clusterIP: string) => service(name, { clusterIP })
  const found = told(
    clusterAddress,
    [at('a', '10.96.0.7'), at('b', '10.96.0.7'), at('c', '10.96.0.10'), at('d', '10.96.0.1')],
    { site: {} },
  )
  assert.deepEqual(
    found.map(text => text.slice(text.indexOf('which'))),
    [
      'which Service default/a (spec.clusterIP:1) has already',
      'which Service kube-system/kube-dns (site:1) has already',
      'which Service default/kubernetes, the API server’s own, has already',
    ],
  )
})

test('the list is where a second address stands', () => {
  const dual = service('a', { clusterIP: '10.96.0.7', clusterIPs: ['10.96.0.7', 'fd00::7'] })
  const [found] = told(clusterAddress, [dual], { site: {} })
  assert.match(found ?? '', /^spec\.clusterIPs\[1\] error FW306 .* fd00::7/)
})

test('headless Services, free addresses, and ranges that are not known are silent', () => {
  assert.deepEqual(
    told(clusterAddress, [service('a', { clusterIP: 'None' }), service('b', { clusterIP: '10.97.0.1' })], { site: {} }),
    [],
  )
  assert.deepEqual(told(clusterAddress, [service('a', { clusterIP: '10.200.0.7' })]), [])
})
