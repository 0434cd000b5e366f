import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHolds } from './holds.ts'

/** Timers that run when they are told to. */
function timers() {
  const waiting: { readonly ms: number; readonly callback: () => void }[] = []
  return {
    waiting,
    clock: {
      now: () => 0,
      setTimer(ms: number, callback: () => void) {
        const timer = { ms, callback }
        waiting.push(timer)
        return () => void waiting.splice(waiting.indexOf(timer), 1)
      },
    },
    next(): number {
      const timer = waiting.shift()
      assert.ok(timer, 'a timer waits')
      timer.callback()
      return timer.ms
    },
  }
}

function holdsOf(times = { firstMs: 5, longestMs: 15 }) {
  const world = timers()
  const released: string[] = []
  return { ...world, released, holds: createHolds(world.clock, times, key => void released.push(key)) }
}

test('a quiet key is not held', () => {
  const { holds } = holdsOf()
  assert.equal(holds.keep('a'), false)
})

test('a key that changes right after it was worked on is released once, when its time is over', () => {
  const { holds, released, next } = holdsOf()
  holds.begin('a')
  assert.equal(holds.keep('a'), true)
  assert.equal(holds.keep('a'), true)
  assert.equal(holds.keep('b'), false)
  assert.equal(holds.size, 1)
  assert.deepEqual(released, [])
  assert.equal(next(), 5)
  assert.deepEqual(released, ['a'])
  assert.equal(holds.size, 0)
})

test('a key without changes is forgotten, and the next change finds it quiet', () => {
  const { holds, released, next } = holdsOf()
  holds.begin('a')
  next()
  assert.deepEqual(released, [])
  assert.equal(holds.keep('a'), false)
})

test('as long as changes come the hold doubles, up to the longest; quiet makes it short again', () => {
  const { holds, next } = holdsOf()
  const flood = () => {
    holds.begin('a')
    holds.keep('a')
    return next()
  }
  assert.deepEqual([flood(), flood(), flood(), flood()], [5, 10, 15, 15])
  holds.begin('a')
  next()
  assert.equal(flood(), 5)
})

test('a key that is worked on before its time is held anew, and what came before is dealt with', () => {
  const { holds, released, waiting, next } = holdsOf()
  holds.begin('a')
  holds.keep('a')
  holds.begin('a')
  assert.equal(holds.size, 0)
  assert.equal(waiting.length, 1)
  next()
  assert.deepEqual(released, [])
})

test('after the end nothing is released', () => {
  const { holds, waiting } = holdsOf()
  holds.begin('a')
  holds.keep('a')
  holds.clear()
  assert.equal(waiting.length, 0)
  assert.equal(holds.size, 0)
})
