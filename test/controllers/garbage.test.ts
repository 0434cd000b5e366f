import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../../src/client/client.ts'
import { startGarbage } from '../../src/controllers/garbage/garbage.ts'
import type { KindRef } from '../../src/objects/kind.ts'
import { type ConfigMap, configMaps } from '../../src/objects/kinds/config-map.ts'
import {
  type CustomResourceDefinition,
  customResourceDefinitions,
} from '../../src/objects/kinds/custom-resource-definition.ts'
import { namespaces } from '../../src/objects/kinds/namespace.ts'
import type { KubeObject, OwnerReference } from '../../src/objects/object.ts'
import { startPlane } from './plane.testing.ts'

const plane = () => startPlane({ controllers: [startGarbage] })
const key = (name: string) => ({ namespace: 'default', name })

async function make(client: Client, name: string, owners: readonly OwnerReference[] = []): Promise<ConfigMap> {
  const metadata = { ...key(name), ...(owners.length === 0 ? {} : { ownerReferences: owners }) }
  return client.create<ConfigMap>(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
}

function ownedBy(owner: ConfigMap, more: Partial<OwnerReference> = {}): OwnerReference {
  return { apiVersion: 'v1', kind: 'ConfigMap', name: owner.metadata.name, uid: owner.metadata.uid ?? '', ...more }
}

const names = async (client: Client) =>
  (await client.list(configMaps, { namespace: 'default' })).items.map(({ metadata }) => metadata.name).sort()

test('background: the dependents of a deleted owner follow it, generation by generation', async () => {
  await using world = await plane()
  const top = await make(world.client, 'top')
  const middle = await make(world.client, 'middle', [ownedBy(top)])
  await make(world.client, 'leaf', [ownedBy(middle)])
  await make(world.client, 'bystander')
  await world.client.delete(configMaps, key('top'))
  await world.eventually(async () => assert.deepEqual(await names(world.client), ['bystander']))
})

test('foreground: the owner waits for the dependents that block it', async () => {
  await using world = await plane()
  const top = await make(world.client, 'top')
  const child = await make(world.client, 'child', [ownedBy(top, { blockOwnerDeletion: true })])
  await world.client.patch(configMaps, key('child'), {
    type: 'merge',
    patch: { metadata: { finalizers: ['example.com/hold'] } },
  })
  await world.client.delete(configMaps, key('top'), { propagation: 'Foreground' })
  await world.eventually(async () => {
    const held = await world.client.get(configMaps, key('child'))
    assert.ok(held?.metadata.deletionTimestamp, 'the child is asked to go')
  })
  assert.deepEqual((await world.client.get(configMaps, key('top')))?.metadata.finalizers, ['foregroundDeletion'])
  assert.ok(child)
  await world.client.patch(configMaps, key('child'), { type: 'merge', patch: { metadata: { finalizers: null } } })
  await world.eventually(async () => assert.deepEqual(await names(world.client), []))
})

test('orphan: the owner goes, the dependents stay without it', async () => {
  await using world = await plane()
  const top = await make(world.client, 'top')
  await make(world.client, 'child', [ownedBy(top)])
  await world.client.delete(configMaps, key('top'), { propagation: 'Orphan' })
  await world.eventually(async () => assert.deepEqual(await names(world.client), ['child']))
  assert.equal((await world.client.get(configMaps, key('child')))?.metadata.ownerReferences, undefined)
})

test('an object without a namespace is not removed for an owner that has one', async () => {
  await using world = await plane()
  const owner = await make(world.client, 'owner')
  await make(world.client, 'orphaned', [{ ...ownedBy(owner), uid: 'gone', name: 'gone' }])
  await world.client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'wide', ownerReferences: [{ ...ownedBy(owner), uid: 'elsewhere' }] },
  })
  await world.eventually(async () => assert.deepEqual(await names(world.client), ['owner']))
  assert.equal((await world.client.get(namespaces, { name: 'wide' }))?.metadata.deletionTimestamp, undefined)
})

test('an owner that never was, or lives again under another uid, owns nothing', async () => {
  await using world = await plane()
  const top = await make(world.client, 'top')
  await make(world.client, 'impostor', [{ ...ownedBy(top), uid: 'another-uid' }])
  await make(world.client, 'shared', [ownedBy(top), { ...ownedBy(top), uid: 'gone', name: 'gone' }])
  await world.eventually(async () => assert.deepEqual(await names(world.client), ['shared', 'top']))
  await world.eventually(async () => {
    const owners = (await world.client.get(configMaps, key('shared')))?.metadata.ownerReferences
    assert.deepEqual(
      owners?.map(({ uid }) => uid),
      [top.metadata.uid],
    )
  })
})

test('an owner of a kind nobody knows keeps its dependents', async () => {
  await using world = await plane()
  await make(world.client, 'child', [{ apiVersion: 'example.com/v1', kind: 'Robot', name: 'r', uid: 'r' }])
  await new Promise(resolve => setTimeout(resolve, 50))
  assert.deepEqual(await names(world.client), ['child'])
})

test('instances of a kind that was registered at run time are collected too', async () => {
  await using world = await plane()
  const widgets: KindRef = { group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true }
  await world.client.create<CustomResourceDefinition>(customResourceDefinitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Widget', plural: 'widgets' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        },
      ],
    },
  })
  const top = await make(world.client, 'top')
  await world.eventually(() =>
    world.client.create<KubeObject>(widgets, {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { ...key('w'), ownerReferences: [ownedBy(top)] },
    }),
  )
  await world.client.delete(configMaps, key('top'))
  await world.eventually(async () => assert.equal(await world.client.get(widgets, key('w')), undefined))
})
