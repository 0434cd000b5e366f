import assert from 'node:assert/strict'
import { test } from 'node:test'
import { services } from '../../objects/kinds/service.ts'
import { inventory, object, service } from './check.testing.ts'
import { finding, isWritten, takeInventory, whereIs } from './inventory.ts'

test('objects are taken in normal form: without nulls, with the API server’s defaults', () => {
  const written = object('Service', 'web', { spec: { type: null, ports: [null, { port: 80, name: null }] } })
  const [entry] = inventory([written]).of(services)
  assert.ok(entry)
  assert.deepEqual((entry.object as { spec?: object }).spec, {
    type: 'ClusterIP',
    sessionAffinity: 'None',
    internalTrafficPolicy: 'Cluster',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
  })
  assert.equal(isWritten(entry, ['spec', 'ports', 1, 'port']), true)
  assert.equal(isWritten(entry, ['spec', 'ports', 1, 'targetPort']), false)
  assert.equal(isWritten(entry, ['spec', 'type']), false)
})

test('versions of a kind hold the same objects, kinds of one name in two groups do not', () => {
  const old = { apiVersion: 'gateway.networking.k8s.io/v1beta1', kind: 'Gateway', metadata: { name: 'a' } }
  const other = { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'b' } }
  const gateways = {
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    kind: 'Gateway',
    plural: 'gateways',
    namespaced: true,
  }
  const names = inventory([old, other])
    .of(gateways)
    .map(({ object }) => object.metadata.name)
  assert.deepEqual(names, ['a'])
})

test('the input is all there is when it holds a site and nothing that brings in more', () => {
  const monitor = { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor', metadata: { name: 'x' } }
  assert.equal(inventory([]).isWhole, false)
  assert.equal(inventory([], { site: {}, foreign: [monitor] }).isWhole, true)
  assert.equal(inventory([], { site: {}, foreign: [object('HelmRelease', 'flux/x')] }).isWhole, false)
})

test('a foreign object is found by any text in it', () => {
  const sealed = { ...object('SealedSecret', 'a'), spec: { template: { items: [{ name: 'deep' }] } } }
  const input = inventory([], { foreign: [sealed] })
  assert.equal(input.foreignNaming('deep')?.metadata.name, 'a')
  assert.equal(input.foreignNaming('dee'), undefined)
})

test('a finding names its object and field, and its place when there is one', () => {
  const found = { code: 'FW301', severity: 'warning', message: 'x' } as const
  const [placed] = inventory([service('web')]).of(services)
  assert.ok(placed)
  assert.deepEqual(finding(placed, ['spec', 'ports', 0], found), {
    ...found,
    object: 'Service/default/web',
    field: 'spec.ports[0]',
    position: { file: 'spec.ports[0]', line: 1, column: 1 },
  })
  assert.equal(whereIs(placed, ['spec']), ' (spec:1)')
  const [unplaced] = takeInventory({ objects: [{ object: service('web') }] }).of(services)
  assert.ok(unplaced)
  assert.equal('position' in finding(unplaced, [], found), false)
  assert.equal(whereIs(unplaced, ['spec']), '')
})
