import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KindRef } from '../objects/kind.ts'
import type { KubeObject } from '../objects/object.ts'
import type { Clock } from './clock.ts'
import { type Change, startInformer } from './informer.ts'
import { memoryClient } from './memory.testing.ts'

const widgets: KindRef = { group: 'example.com', version: 'v1', kind: 'Widget', plural: 'widgets', namespaced: true }

const widget = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name, namespace: 'shop', labels },
})

/** Timers fire in the next turn, whatever their delay. */
const eagerClock: Clock = {
  now: () => 0,
  setTimer(_, callback) {
    const immediate = setImmediate(callback)
    return () => clearImmediate(immediate)
  },
}

const turns = async (count = 10) => {
  for (let i = 0; i < count; i++) await new Promise(resolve => setImmediate(resolve))
}

function start(client = memoryClient()) {
  const stop = new AbortController()
  const informer = startInformer(client, widgets, { signal: stop.signal, clock: eagerClock })
  const changes: Change<KubeObject>[] = []
  informer.onChange(change => changes.push(change))
  return { client, informer, changes, stop }
}

test('what exists is delivered before synced resolves, and later changes follow', async () => {
  const client = memoryClient()
  await client.create(widgets, widget('a'))
  const { informer, changes, stop } = start(client)
  await informer.synced
  assert.deepEqual(
    changes.map(change => change.key),
    ['shop/a'],
  )
  const b = await client.create(widgets, widget('b'))
  await turns()
  assert.equal(informer.items.get('shop/b'), b, 'the very object of the store, not a copy')
  await client.delete(widgets, { namespace: 'shop', name: 'a' })
  await turns()
  assert.equal(changes.at(-1)?.before?.metadata.name, 'a')
  assert.equal(changes.at(-1)?.after, undefined)
  assert.deepEqual([...informer.items.keys()], ['shop/b'])
  stop.abort()
})

test('after 410 Expired the list is taken anew and only the differences are delivered', async () => {
  const { client, informer, changes, stop } = start()
  await informer.synced
  await client.create(widgets, widget('kept'))
  await client.create(widgets, widget('gone'))
  await turns()
  changes.length = 0
  client.setDown(true)
  client.expireWatches()
  await turns()
  client.setDown(false)
  await client.delete(widgets, { namespace: 'shop', name: 'gone' })
  await client.create(widgets, widget('new'))
  client.expireWatches()
  await turns()
  assert.deepEqual(changes.map(change => `${change.key} ${change.after === undefined ? 'gone' : 'here'}`).sort(), [
    'shop/gone gone',
    'shop/new here',
  ])
  assert.deepEqual([...informer.items.keys()].sort(), ['shop/kept', 'shop/new'])
  stop.abort()
})

test('an index follows objects from one value to another', async () => {
  const { client, informer, stop } = start()
  const byColour = informer.indexBy(object => [object.metadata.labels?.colour ?? ''])
  await informer.synced
  await client.create(widgets, widget('a', { colour: 'red' }))
  await turns()
  assert.equal(byColour('red').size, 1)
  await client.patch(
    widgets,
    { namespace: 'shop', name: 'a' },
    { type: 'merge', patch: { metadata: { labels: { colour: 'blue' } } } },
  )
  await turns()
  assert.equal(byColour('red').size, 0)
  assert.deepEqual(
    [...byColour('blue')].map(object => object.metadata.name),
    ['a'],
  )
  stop.abort()
})

test('an observed write is in the cache at once, and its echo from the watch is not delivered again', async () => {
  const { client, informer, changes, stop } = start()
  await informer.synced
  informer.observe(await client.create(widgets, widget('a')))
  assert.equal(informer.items.has('shop/a'), true)
  await turns()
  assert.equal(changes.length, 1)
  stop.abort()
})

test('an observed write that the watch has already seen deleted does not come back', async () => {
  const { client, informer, stop } = start()
  await informer.synced
  const a = await client.create(widgets, widget('a'))
  await client.delete(widgets, { namespace: 'shop', name: 'a' })
  await turns()
  informer.observe(a)
  assert.equal(informer.items.has('shop/a'), false)
  stop.abort()
})

test('an object that was recreated and observed is not taken for deleted when its deletion is told', async () => {
  const { client, informer, changes, stop } = start()
  await informer.synced
  await client.create(widgets, widget('a'))
  await turns()
  await client.delete(widgets, { namespace: 'shop', name: 'a' })
  const recreated = await client.create(widgets, widget('a'))
  informer.observe(recreated)
  await turns()
  assert.deepEqual(
    changes.map(({ before, after }) => [before?.metadata.uid, after?.metadata.uid]),
    [
      [undefined, changes[0]?.after?.metadata.uid],
      [changes[0]?.after?.metadata.uid, undefined],
      [undefined, recreated.metadata.uid],
    ],
  )
  assert.equal(informer.items.get('shop/a')?.metadata.uid, recreated.metadata.uid)
  stop.abort()
})

test('with replay a late subscriber is told of what is there, without it only of what comes', async () => {
  for (const replay of [true, false]) {
    const client = memoryClient()
    await client.create(widgets, widget('a'))
    const stop = new AbortController()
    const informer = startInformer(client, widgets, { signal: stop.signal, clock: eagerClock, replay })
    await informer.synced
    const changes: Change<KubeObject>[] = []
    informer.onChange(change => changes.push(change))
    assert.deepEqual(
      changes.map(({ key, before, after }) => [key, before, after?.metadata.name]),
      replay ? [['shop/a', undefined, 'a']] : [],
    )
    await client.create(widgets, widget('b'))
    await turns()
    assert.equal(changes.at(-1)?.key, 'shop/b')
    stop.abort()
  }
})
