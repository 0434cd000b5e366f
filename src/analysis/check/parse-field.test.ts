import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseField } from './parse-field.ts'

test('a field is names, indices, and keys in brackets', () => {
  assert.deepEqual(parseField('spec.rules[0].http.paths[12].path'), ['spec', 'rules', 0, 'http', 'paths', 12, 'path'])
  assert.deepEqual(parseField('metadata.annotations[nginx.ingress.kubernetes.io/auth-url]'), [
    'metadata',
    'annotations',
    'nginx.ingress.kubernetes.io/auth-url',
  ])
  assert.deepEqual(parseField(''), [])
})
