import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Network } from '../../network/model.ts'
import { heldBack } from './held-back.ts'
import type { NetworkSource, NetworkSubscriber } from './start-network.ts'

/** Networks are told apart by identity only. */
function sourceOf() {
  const subscribers = new Set<NetworkSubscriber>()
  let current = {} as Network
  const source: NetworkSource = {
    synced: Promise.resolve(),
    current: () => current,
    flush: () => {},
    onChange(callback) {
      subscribers.add(callback)
      callback(current, undefined)
      return () => subscribers.delete(callback)
    },
  }
  const change = (): Network => {
    const before = current
    current = { ...before }
    for (const subscriber of subscribers) subscriber(current, before)
    return current
  }
  return { source, change }
}

test('a subscriber hears of the first Network at once, of changes only after the release, and then of each', async () => {
  const { source, change } = sourceOf()
  const release = Promise.withResolvers<void>()
  const heard: [Network, Network | undefined][] = []
  const first = source.current()
  heldBack(source, release.promise).onChange((next, before) => heard.push([next, before]))
  change()
  const last = change()
  assert.deepEqual(heard.length, 1)
  release.resolve()
  await release.promise
  const later = change()
  assert.equal(heard.length, 3)
  assert.ok(heard[1]?.[0] === last && heard[1][1] === first)
  assert.ok(heard[2]?.[0] === later && heard[2][1] === last)
})

test('a release without a change tells nobody anything twice', async () => {
  const { source } = sourceOf()
  let calls = 0
  heldBack(source, Promise.resolve()).onChange(() => calls++)
  await Promise.resolve()
  assert.equal(calls, 1)
})
