import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  difference,
  equalSets,
  type FieldSet,
  intersection,
  intersects,
  isEmptySet,
  pathsOf,
  setOf,
  sortedSet,
  union,
} from './field-set.ts'
import { readManagedFields } from './managed-fields.ts'

const element = fc.constantFrom('f:a', 'f:b', 'f:c', 'k:{"name":"x"}', 'v:1')
const paths = fc.array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 12 })
const text = (path: readonly string[]) => path.join('\n')
const members = (set: FieldSet) => new Set([...pathsOf(set)].map(text))

test('a set holds exactly the paths that were put in, and survives FieldsV1 and back', () => {
  fc.assert(
    fc.property(paths, list => {
      const set = setOf(list)
      assert.deepEqual(members(set), new Set(list.map(text)))
      const entry = { operation: 'Apply', fieldsType: 'FieldsV1', fieldsV1: JSON.parse(JSON.stringify(sortedSet(set))) }
      const [read] = readManagedFields([entry]) ?? []
      assert.ok(read !== undefined && equalSets(read.fields, set))
    }),
  )
})

test('union, difference and intersection are those of the paths', () => {
  fc.assert(
    fc.property(paths, paths, (ours, theirs) => {
      const [left, right] = [setOf(ours), setOf(theirs)]
      const [inLeft, inRight] = [members(left), members(right)]
      assert.deepEqual(members(union(left, right)), inLeft.union(inRight))
      assert.deepEqual(members(difference(left, right)), inLeft.difference(inRight))
      assert.deepEqual(members(intersection(left, right)), inLeft.intersection(inRight))
      assert.equal(intersects(left, right), !isEmptySet(intersection(left, right)))
      // Nothing was changed in place: sets are shared between objects.
      assert.deepEqual(members(left), inLeft)
    }),
  )
})

test('two ways to the same set are equal', () => {
  fc.assert(
    fc.property(paths, paths, (ours, theirs) => {
      const [left, right] = [setOf(ours), setOf(theirs)]
      assert.ok(equalSets(union(left, right), union(right, left)))
      assert.ok(equalSets(union(difference(left, right), intersection(left, right)), left))
      assert.ok(isEmptySet(difference(left, union(left, right))))
    }),
  )
})

test('a set that is not FieldsV1 is not read', () => {
  const entry = (fieldsV1: object) => ({ operation: 'Update', fieldsType: 'FieldsV1', fieldsV1 })
  assert.equal(readManagedFields([entry({ 'x:a': {} })]), undefined)
  assert.equal(readManagedFields([entry({ 'f:a': 1 })]), undefined)
  assert.equal(readManagedFields([entry({ 'k:no json': {} })]), undefined)
  assert.equal(readManagedFields([{ ...entry({}), fieldsType: 'FieldsV2' }]), undefined)
})
