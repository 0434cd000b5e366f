import assert from 'node:assert/strict'
import { test } from 'node:test'
import { advice, object, service, told, workload } from '../check.testing.ts'
import { noSelector } from './fw303-no-selector.ts'

const bare = service('web', { selector: {} })

test('a Service without selector and endpoints is reported, with the labels it probably wants', () => {
  assert.deepEqual(told(noSelector, [bare]), [
    'spec warning FW303 Service default/web has no selector, and no EndpointSlice names it',
  ])
  assert.equal(
    advice(noSelector, [bare, workload('web')]),
    'add selector: with the labels of Deployment/default/web: app=web',
  )
})

test('an EndpointSlice of the namespace, or Endpoints of the name, are enough', () => {
  const slice = (key: string) => object('EndpointSlice', key, {}, { labels: { 'kubernetes.io/service-name': 'web' } })
  assert.deepEqual(told(noSelector, [bare, slice('default/web-1')]), [])
  assert.equal(told(noSelector, [bare, slice('shop/web-1')]).length, 1)
  assert.deepEqual(told(noSelector, [bare, object('Endpoints', 'default/web')]), [])
})

test('an alias needs no endpoints, and an operator may write them', () => {
  assert.deepEqual(
    told(noSelector, [object('Service', 'web', { spec: { type: 'ExternalName', externalName: 'x.org' } })]),
    [],
  )
  const cluster = { apiVersion: 'example.org/v1', kind: 'Cluster', metadata: { name: 'web' } }
  assert.deepEqual(told(noSelector, [bare], { foreign: [cluster] }), [])
})
