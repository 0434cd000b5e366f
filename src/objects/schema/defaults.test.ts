import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applySchemaDefaults } from './defaults.ts'
import type { Schema } from './type.ts'

const schema: Schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer', default: 3 },
        mode: { type: 'string', nullable: true, default: 'auto' },
        box: { type: 'object', default: {}, properties: { lid: { type: 'boolean', default: true } } },
        list: { type: 'array', items: { type: 'object', properties: { weight: { type: 'integer', default: 1 } } } },
      },
    },
  },
}

test('defaults are filled in at every depth', () => {
  assert.deepEqual(applySchemaDefaults(schema, { spec: { list: [{}, { weight: 2 }] } }), {
    spec: { list: [{ weight: 1 }, { weight: 2 }], size: 3, mode: 'auto', box: { lid: true } },
  })
})

test('a missing parent gets nothing, and a complete object comes back itself', () => {
  const empty = {}
  assert.equal(applySchemaDefaults(schema, empty), empty)
  const complete = { spec: { size: 1, mode: null, box: { lid: false } } }
  assert.equal(applySchemaDefaults(schema, complete), complete)
})

test('a null that is not allowed gives way to the default', () => {
  assert.deepEqual(applySchemaDefaults(schema, { spec: { size: null, mode: 'x', box: {} } }), {
    spec: { size: 3, mode: 'x', box: { lid: true } },
  })
})

test('defaults are copies: changing one object does not change the next', () => {
  const first = applySchemaDefaults(schema, { spec: {} }) as { spec: { box: { lid: boolean } } }
  first.spec.box.lid = false
  const second = applySchemaDefaults(schema, { spec: {} }) as { spec: { box: { lid: boolean } } }
  assert.equal(second.spec.box.lid, true)
})
