import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ApiServer } from '../../apiserver/api-server.ts'
import { embeddedClient } from '../../client/embedded.ts'
import { type ConfigMap, configMaps } from '../../objects/kinds/config-map.ts'
import { namespaces } from '../../objects/kinds/namespace.ts'
import { applyObjects } from './apply-objects.ts'

const space = (name: string) => ({ object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } } })
const map = (name: string, data: Readonly<Record<string, string>>) => ({
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data },
})

function world(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'fairway-apply-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const api = ApiServer.open({ database: ':memory:', now: Date.now, randomUUID, serviceCidrs: ['10.96.0.0/16'] })
  const client = embeddedClient(api)
  const apply = async (...wanted: Parameters<typeof applyObjects>[0]) =>
    (await applyObjects(wanted, { client, ledger: join(directory, 'applied.json') })).map(({ message }) => message)
  const names = async () => (await client.list<ConfigMap>(configMaps)).items.map(({ metadata }) => metadata.name)
  return { client, apply, names }
}

test('what the folder holds no more is deleted, and what it never held stays', async t => {
  const { client, apply, names } = world(t)
  await apply(space('default'), map('a', { x: '1' }), map('b', { x: '1' }))
  await client.create<ConfigMap>(configMaps, map('own', {}).object)
  await apply(space('default'), map('b', { x: '1' }))
  assert.deepEqual(await names(), ['b', 'own'])
})

test('an object that was refused in between still goes when the folder holds it no more', async t => {
  const { apply, names } = world(t)
  await apply(space('default'), map('a', { x: '1' }))
  assert.match(
    (await apply(space('default'), map('a', { 'not a key': '1' })))[0] ?? '',
    /refuses ConfigMap\/default\/a/,
  )
  assert.deepEqual(await names(), ['a'])
  await apply(space('default'))
  assert.deepEqual(await names(), [])
})

test('an object that may not be deleted is told, every time, and keeps nothing else from going', async t => {
  const { client, apply, names } = world(t)
  await apply(space('default'), space('other'), map('a', {}))
  for (let time = 0; time < 2; time++) {
    assert.match((await apply(space('other')))[0] ?? '', /refuses to delete it: .*default.* forbidden/)
  }
  assert.deepEqual(await names(), [])
  assert.ok(await client.get(namespaces, { name: 'default' }))
})
