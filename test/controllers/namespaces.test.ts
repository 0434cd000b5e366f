import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConfigMap, configMaps } from '../../src/objects/kinds/config-map.ts'
import { type Namespace, namespaces } from '../../src/objects/kinds/namespace.ts'
import { type ServiceAccount, serviceAccounts } from '../../src/objects/kinds/service-account.ts'
import { namespaceOf, startPlane } from './plane.testing.ts'

const map = (name: string, finalizers: readonly string[] = []): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop', finalizers },
})

test('every namespace gets a default account and the root certificate, again when they are deleted', async () => {
  await using plane = await startPlane()
  await plane.client.create(namespaces, namespaceOf('shop'))
  const furnished = () =>
    plane.eventually(async () => {
      const key = { namespace: 'shop', name: 'kube-root-ca.crt' }
      const certificate = await plane.client.get<ConfigMap>(configMaps, key)
      assert.deepEqual(certificate?.data, { 'ca.crt': 'PEM' })
      assert.ok(await plane.client.get<ServiceAccount>(serviceAccounts, { namespace: 'shop', name: 'default' }))
    })
  await furnished()
  await plane.client.delete(serviceAccounts, { namespace: 'shop', name: 'default' })
  await plane.client.delete(configMaps, { namespace: 'shop', name: 'kube-root-ca.crt' })
  await furnished()
})

test('a deleted namespace takes its content along, and waits for what holds on', async () => {
  await using plane = await startPlane()
  await plane.client.create(namespaces, namespaceOf('shop'))
  await plane.client.create(configMaps, map('plain'))
  await plane.client.create(configMaps, map('held', ['example.com/hold']))
  await plane.client.delete(namespaces, { name: 'shop' })
  const waiting = await plane.eventually(async () => {
    const shop = await plane.client.get<Namespace>(namespaces, { name: 'shop' })
    assert.equal(shop?.status?.phase, 'Terminating')
    assert.ok(
      shop.status.conditions?.some(({ type, status }) => type === 'NamespaceContentRemaining' && status === 'True'),
    )
    return shop
  })
  const finalizers = waiting.status?.conditions?.find(({ type }) => type === 'NamespaceFinalizersRemaining')
  assert.match(finalizers?.message ?? '', /example\.com\/hold in 1 resource instances/)
  assert.equal(await plane.client.get(configMaps, { namespace: 'shop', name: 'plain' }), undefined)
  await plane.client.patch(
    configMaps,
    { namespace: 'shop', name: 'held' },
    { type: 'merge', patch: { metadata: { finalizers: null } } },
  )
  await plane.eventually(async () => {
    assert.equal(await plane.client.get(namespaces, { name: 'shop' }), undefined)
  })
  assert.deepEqual(plane.problems, [])
})
