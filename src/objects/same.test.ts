import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sameJson } from './same.ts'

test('values that are written alike are the same, and no others', () => {
  const values = fc.jsonValue({ maxDepth: 3 })
  fc.assert(fc.property(values, value => assert.ok(sameJson(value, JSON.parse(JSON.stringify(value))))))
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [left, right] = [a, b].map(value => JSON.parse(JSON.stringify(value)))
      let isSame = true
      try {
        assert.deepStrictEqual(left, right)
      } catch {
        isSame = false
      }
      assert.equal(sameJson(left, right), isSame)
    }),
  )
})

test('the order of keys and undefined fields do not count, the order of a list does', () => {
  assert.ok(sameJson({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2], d: undefined }, a: 1 }))
  assert.ok(!sameJson([1, 2], [2, 1]))
  assert.ok(!sameJson({ a: 1 }, { a: 1, b: null }))
  assert.ok(!sameJson([], {}))
})

test('a field named like something every object inherits is a field', () => {
  for (const key of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const one = JSON.parse(`{"${key}":"x"}`)
    assert.ok(!sameJson({}, one) && !sameJson(one, {}), key)
    assert.ok(sameJson(one, JSON.parse(`{"${key}":"x"}`)), key)
  }
})
