import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, object, told } from '../check.testing.ts'
import { namespaceMissing } from './fw120-namespace-missing.ts'

const shop = object('Namespace', 'shop')
const web = object('Service', 'shp/web')

test('a namespace that nothing creates is reported once, for all that is in it', () => {
  assert.deepEqual(told(namespaceMissing, [shop, web, object('Service', 'shp/api')], { site: {} }), [
    'metadata.namespace error FW120 namespace shp of Service web and of one other object does not exist',
  ])
  assert.equal(
    advice(namespaceMissing, [shop, web], { site: {} }),
    'did you mean namespace shop? Otherwise add a Namespace shp',
  )
})

test('without a site it may exist in the cluster already', () => {
  assert.match(told(namespaceMissing, [shop, web])[0] ?? '', /warning/)
  assert.deepEqual(told(namespaceMissing, [web]), [], 'manifests without any Namespace say nothing about namespaces')
})

test('the namespaces of the API server and of the site exist', () => {
  const objects = [shop, ...['default/a', 'kube-system/b', 'network/c', 'shop/d'].map(key => object('Service', key))]
  assert.deepEqual(told(namespaceMissing, objects, { site: {} }), [])
})

test('what a foreign object names, that object may make', () => {
  const tenant = { apiVersion: 'example.org/v1', kind: 'Tenant', metadata: { name: 'shp' } }
  assert.deepEqual(told(namespaceMissing, [shop, web], { site: {}, foreign: [tenant] }), [])
})
