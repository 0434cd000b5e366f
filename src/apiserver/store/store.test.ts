// The store: revisions, immutability, replay, and what a database keeps.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { KubeObject } from '../../objects/object.ts'
import type { Change } from './history.ts'
import { Store } from './store.ts'

function object(name: string, extra: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, ...extra }
}

test('every write gets the next revision, and what is stored cannot be changed', () => {
  const store = new Store({ database: ':memory:' })
  const first = store.put('configmaps', object('a', { data: { x: '1' } })) as KubeObject & { data: { x: string } }
  const second = store.put('configmaps', object('b'))
  assert.equal(Number(second.metadata.resourceVersion), Number(first.metadata.resourceVersion) + 1)
  assert.throws(() => {
    first.data.x = '2'
  }, TypeError)
})

test('a listener hears what happened after its revision and all that follows, in order', () => {
  const store = new Store({ database: ':memory:' })
  store.put('configmaps', object('a'))
  const from = store.revision
  store.put('configmaps', object('b'))
  const heard: Change[] = []
  const stop = store.collection('configmaps').listen(from, change => heard.push(change))
  store.put('configmaps', object('b', { data: {} }))
  store.remove('configmaps', 'default/b')
  stop()
  store.put('configmaps', object('c'))
  assert.deepEqual(
    heard.map(({ type, key }) => `${type} ${key}`),
    ['ADDED default/b', 'MODIFIED default/b', 'DELETED default/b'],
  )
  assert.equal(heard.at(-1)?.object.metadata.resourceVersion, String(from + 3))
})

test('a listener that throws keeps nobody else from hearing', () => {
  const store = new Store({ database: ':memory:' })
  const heard: string[] = []
  const collection = store.collection('configmaps')
  collection.listen(store.revision, () => {
    throw new Error('a bug')
  })
  collection.listen(store.revision, change => heard.push(change.key))
  assert.throws(() => store.put('configmaps', object('a')), /a bug/)
  assert.deepEqual(heard, ['default/a'])
  assert.ok(collection.get('default/a'))
})

test('a revision that the history has forgotten is refused as expired', () => {
  const store = new Store({ database: ':memory:', historySize: 3 })
  const from = store.revision
  for (let i = 0; i < 20; i++) store.put('configmaps', object('a', { data: { i: String(i) } }))
  const heard: Change[] = []
  store.collection('configmaps').listen(store.revision - 3, change => heard.push(change))
  assert.equal(heard.length, 3)
  assert.throws(() => store.collection('configmaps').listen(from, () => {}), { code: 410, reason: 'Expired' })
})

test('lists are sorted by namespace and name', () => {
  const store = new Store({ database: ':memory:' })
  for (const name of ['b', 'a', 'c']) store.put('configmaps', object(name))
  store.remove('configmaps', 'default/b')
  const keys = store
    .collection('configmaps')
    .entries()
    .map(({ key }) => key)
  assert.deepEqual(keys, ['default/a', 'default/c'])
})

test('a database that is opened again has the objects and goes on counting, also after a deletion', t => {
  const directory = mkdtempSync(join(tmpdir(), 'fairway-store-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const database = join(directory, 'objects.db')
  const first = new Store({ database })
  first.put('configmaps', object('a', { data: { x: '1' } }))
  first.put('configmaps', object('b'))
  first.put('configmaps', object('a', { data: { x: '2' } }))
  first.remove('configmaps', 'default/b')
  const revision = first.revision
  first.close()
  assert.equal(statSync(database).mode & 0o777, 0o600)

  const second = new Store({ database })
  assert.equal(second.revision, revision)
  assert.deepEqual(
    second
      .collection('configmaps')
      .entries()
      .map(({ object }) => (object as { data?: object }).data),
    [{ x: '2' }],
  )
  assert.throws(() => second.collection('configmaps').listen(revision - 1, () => {}), { reason: 'Expired' })
  second.put('configmaps', object('c'))
  assert.equal(second.revision, revision + 1)
  second.close()
})

test('a database that is open cannot be opened a second time', t => {
  const directory = mkdtempSync(join(tmpdir(), 'fairway-store-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const database = join(directory, 'objects.db')
  const first = new Store({ database })
  first.put('configmaps', object('a'))
  assert.throws(() => new Store({ database }), /locked/)
  first.close()
})
