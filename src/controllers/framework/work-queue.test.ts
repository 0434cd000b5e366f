import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../../client/manual-clock.testing.ts'
import { createWorkQueue, type ReconcileResult } from './work-queue.ts'

function queueOf(reconcile: (key: string) => Promise<ReconcileResult>) {
  const clock = manualClock()
  const stop = new AbortController()
  const delays: number[] = []
  const onFailure = (_: string, __: unknown, againInMs: number) => delays.push(againInMs)
  const queue = createWorkQueue({ clock, signal: stop.signal, reconcile, onFailure })
  return { queue, clock, stop, delays }
}

test('a key added several times in one tick is worked on once', async () => {
  const seen: string[] = []
  const { queue } = queueOf(async key => void seen.push(key))
  queue.open()
  queue.add('a')
  queue.add('a')
  queue.add('b')
  await queue.idle()
  assert.deepEqual(seen, ['a', 'b'])
})

test('a key added while it runs is worked on once more, never at the same time', async () => {
  let running = 0
  let runs = 0
  const { queue } = queueOf(async key => {
    assert.equal(++running, 1)
    if (++runs === 1) {
      queue.add(key)
      queue.add(key)
    }
    await new Promise(resolve => setImmediate(resolve))
    running--
  })
  queue.open()
  queue.add('a')
  await queue.idle()
  assert.equal(runs, 2)
})

test('failures are retried after growing delays, and a success starts over', async () => {
  let failing = true
  const { queue, clock, delays } = queueOf(async () => {
    if (failing) throw new Error('not yet')
  })
  queue.open()
  queue.add('a')
  await queue.idle()
  for (const delay of [5, 10, 20]) {
    assert.equal(delays.at(-1), delay)
    clock.advance(delay)
    await queue.idle()
  }
  failing = false
  clock.advance(40)
  await queue.idle()
  failing = true
  queue.add('a')
  await queue.idle()
  assert.equal(delays.at(-1), 5)
})

test('nothing runs before the queue is opened, and nothing after the abort', async () => {
  let runs = 0
  const { queue, stop } = queueOf(async () => void runs++)
  queue.add('a')
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(runs, 0)
  queue.open()
  await queue.idle()
  assert.equal(runs, 1)
  stop.abort()
  queue.add('b')
  await new Promise(resolve => setImmediate(resolve))
  assert.equal(runs, 1)
})

test('a thousand keys leave the event loop its turns', async () => {
  let turns = 0
  const count = () => {
    turns++
    if (!done) setImmediate(count)
  }
  let done = false
  const { queue } = queueOf(async () => undefined)
  for (let i = 0; i < 1000; i++) queue.add(`key-${i}`)
  setImmediate(count)
  queue.open()
  await queue.idle()
  done = true
  assert.ok(turns >= 10, `the loop turned ${turns} times`)
})

test('with a hold the first change is worked on at once and those behind it together, and idle waits for them', async () => {
  const clock = manualClock()
  const seen: number[] = []
  const queue = createWorkQueue({
    clock,
    signal: new AbortController().signal,
    reconcile: async () => void seen.push(clock.now()),
    hold: { firstMs: 5, longestMs: 100 },
  })
  queue.open()
  queue.add('a')
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual(seen, [0])
  queue.add('a')
  queue.add('a')
  let isIdle = false
  const idle = queue.idle().then(() => {
    isIdle = true
  })
  await new Promise(resolve => setImmediate(resolve))
  assert.deepEqual([seen, isIdle], [[0], false])
  clock.advance(5)
  await idle
  assert.deepEqual(seen, [0, 5])
})
