import assert from 'node:assert/strict'
import { test } from 'node:test'
import { object, service, told } from '../check.testing.ts'
import { externalName } from './fw307-external-name.ts'

const alias = (name: string) => object('Service', 'alias', { spec: { type: 'ExternalName', externalName: name } })

test('an address is no name', () => {
  assert.deepEqual(told(externalName, [alias('192.168.1.20')]), [
    'spec.externalName error FW307 Service default/alias has the externalName 192.168.1.20, which is an address',
  ])
  assert.equal(told(externalName, [alias('192.168.1.20.')]).length, 1)
})

test('a Service of the cluster must exist', () => {
  assert.deepEqual(told(externalName, [alias('web.shop.svc.cluster.local')], { site: {} }), [
    'spec.externalName warning FW308 Service default/alias leads to web.shop.svc.cluster.local, but there is no Service shop/web',
  ])
  assert.deepEqual(told(externalName, [alias('web.shop.svc.cluster.local.'), service('shop/web')], { site: {} }), [])
  assert.deepEqual(told(externalName, [alias('web.shop.svc.cluster.local')]), [], 'unless the cluster may have it')
})

test('names outside, and names of pods, are not looked for', () => {
  for (const name of ['db.example.org', 'db-0.db.shop.svc.cluster.local', 'web.shop.svc.other.zone'])
    assert.deepEqual(told(externalName, [alias(name)], { site: {} }), [])
})
