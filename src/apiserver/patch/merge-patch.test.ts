import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isMap } from './json.ts'
import { applyMergePatch } from './merge-patch.ts'

test('the examples of RFC 7386 appendix A', () => {
  const examples: readonly (readonly [unknown, unknown, unknown])[] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ]
  for (const [target, patch, result] of examples) assert.deepEqual(applyMergePatch(target, patch), result)
})

const object = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 3 }))

test('applying a merge patch twice is applying it once', () => {
  fc.assert(
    fc.property(object, object, (target, patch) => {
      const once = applyMergePatch(target, patch)
      assert.equal(
        applyMergePatch(once, patch) === once || JSON.stringify(applyMergePatch(once, patch)) === JSON.stringify(once),
        true,
      )
    }),
  )
})

test('the empty patch returns the very same object, and a patch leaves no nulls of its own', () => {
  const hasNull = (value: unknown): boolean => value === null || (isMap(value) && Object.values(value).some(hasNull))
  fc.assert(
    fc.property(object, object, (target, patch) => {
      assert.equal(applyMergePatch(target, {}), target)
      assert.equal(hasNull(applyMergePatch({}, patch)), false)
    }),
  )
})
