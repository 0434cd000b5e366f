// Which form an answer takes for which Accept header.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { negotiate } from './negotiate.ts'

test('kubectl get asks for a table and gets one', () => {
  const accept =
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json'
  assert.deepEqual(negotiate(accept), { as: 'table', encoding: 'json', version: 'v1' })
})

test('a client that prefers protobuf but takes JSON gets JSON', () => {
  const form = negotiate('application/vnd.kubernetes.protobuf,application/json')
  assert.deepEqual(form, { as: 'object', encoding: 'json', version: 'v1' })
})

test('the order of quality decides, not that of the header', () => {
  assert.equal(negotiate('application/json;q=0.5, application/yaml').encoding, 'yaml')
})

test('a table of a version that is not known is passed over', () => {
  assert.equal(negotiate('application/json;as=Table;v=v9;g=meta.k8s.io,application/json').as, 'object')
})

test('metadata only', () => {
  const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
  assert.equal(negotiate(accept).as, 'metadata')
})

test('a client that takes only what the server cannot write is refused', () => {
  assert.throws(() => negotiate('application/vnd.kubernetes.protobuf'), { code: 406, reason: 'NotAcceptable' })
})
