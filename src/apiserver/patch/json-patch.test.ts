import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '../../objects/api-error.ts'
import { applyJsonPatch } from './json-patch.ts'

const document = { spec: { replicas: 1, list: ['a', 'b'], 'a/b': 1, 'm~n': 2 } }

function refusal(patch: unknown, on: unknown = document): ApiError {
  try {
    applyJsonPatch(on, patch)
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
  return assert.fail('the patch was not refused')
}

test('every operation does what RFC 6902 says, one after the other', () => {
  const patch = [
    { op: 'test', path: '/spec/replicas', value: 1 },
    { op: 'replace', path: '/spec/replicas', value: 2 },
    { op: 'add', path: '/spec/list/-', value: 'd' },
    { op: 'add', path: '/spec/list/2', value: 'c' },
    { op: 'remove', path: '/spec/list/0' },
    { op: 'copy', from: '/spec/list', path: '/copy' },
    { op: 'move', from: '/spec/list/0', path: '/spec/first' },
  ]
  assert.deepEqual(applyJsonPatch(document, patch), {
    spec: { replicas: 2, list: ['c', 'd'], 'a/b': 1, 'm~n': 2, first: 'b' },
    copy: ['b', 'c', 'd'],
  })
  assert.deepEqual(document.spec.list, ['a', 'b'], 'the document itself does not change')
})

test('slashes and tildes in keys are escaped, and the whole document is the empty pointer', () => {
  const patch = [
    { op: 'test', path: '/spec/a~1b', value: 1 },
    { op: 'test', path: '/spec/m~0n', value: 2 },
    { op: 'replace', path: '', value: { fresh: true } },
  ]
  assert.deepEqual(applyJsonPatch(document, patch), { fresh: true })
})

test('a test that does not hold is 422 with the place in its cause', () => {
  const error = refusal([{ op: 'test', path: '/spec/replicas', value: 5 }])
  assert.equal(error.code, 422)
  assert.equal(error.reason, 'Invalid')
  assert.equal(error.message, 'the server rejected our request due to an error in our request')
  assert.deepEqual(error.details?.causes, [
    { reason: 'FieldValueInvalid', field: 'patch[0]', message: 'testing value /spec/replicas failed: test failed' },
  ])
})

test('objects are compared whatever the order of their keys', () => {
  const on = { a: { x: 1, y: [{ z: null }] } }
  assert.equal(applyJsonPatch(on, [{ op: 'test', path: '/a', value: { y: [{ z: null }], x: 1 } }]), on)
})

test('places that do not exist are refused, and nothing is done by halves', () => {
  for (const operation of [
    { op: 'remove', path: '/spec/none' },
    { op: 'replace', path: '/none', value: 1 },
    { op: 'add', path: '/none/deep', value: 1 },
    { op: 'add', path: '/spec/list/3', value: 1 },
    { op: 'remove', path: '/spec/list/-' },
    { op: 'remove', path: '/spec/list/01' },
    { op: 'move', from: '/none', path: '/x' },
    { op: 'move', from: '/spec', path: '/spec/inside' },
    { op: 'dance', path: '/spec' },
  ]) {
    assert.equal(refusal([{ op: 'add', path: '/ok', value: 1 }, operation]).code, 422, JSON.stringify(operation))
  }
})

test('what is no JSON patch at all is a bad request', () => {
  for (const patch of [
    {},
    [1],
    [{ path: '/a' }],
    [{ op: 'add', value: 1 }],
    [{ op: 'add', path: 'a', value: 1 }],
    [{ op: 'add', path: '/a' }],
  ]) {
    assert.equal(refusal(patch).code, 400, JSON.stringify(patch))
  }
  assert.equal(refusal(Array(10_001).fill({ op: 'test', path: '', value: 1 })).code, 413)
})

test('a key named __proto__ is data', () => {
  const patched = applyJsonPatch({}, JSON.parse('[{"op":"add","path":"/__proto__","value":{"polluted":1}}]'))
  assert.equal(JSON.stringify(patched), '{"__proto__":{"polluted":1}}')
  assert.equal(refusal([{ op: 'replace', path: '/constructor/x', value: 1 }]).code, 422)
})
