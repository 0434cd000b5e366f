import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fieldText } from '../problems.ts'
import { kinds } from '../registry.ts'
import { checkSchema } from './check.ts'
import { schemaAt, schemaOf } from './definitions.ts'
import type { Schema } from './type.ts'

/** `field: message`, as the API server joins them. */
function told(schema: Schema, value: unknown, strictNulls = true): string[] {
  return checkSchema(schema, value, { strictNulls }).map(({ path, message }) => `${fieldText(path)}: ${message}`)
}

function object(properties: Readonly<Record<string, Schema>>, more: Schema = {}): Schema {
  return { type: 'object', properties: { spec: { type: 'object', properties, ...more } } }
}

test('each limit is worded as the API server words it', () => {
  const cases: readonly (readonly [Schema, unknown, string])[] = [
    [{ type: 'integer' }, 'x', 'spec.f: Invalid value: "string": spec.f in body must be of type integer: "string"'],
    [{ type: 'integer' }, 1.5, 'spec.f: Invalid value: "number": spec.f in body must be of type integer: "number"'],
    [{ type: 'string' }, null, 'spec.f: Invalid value: "null": spec.f in body must be of type string: "null"'],
    [{ type: 'string', enum: ['A', 'B'] }, 'X', 'spec.f: Unsupported value: "X": supported values: "A", "B"'],
    [{ type: 'string', pattern: '^a+$' }, 'b', `spec.f: Invalid value: "b": spec.f in body should match '^a+$'`],
    [{ type: 'string', maxLength: 2 }, 'abc', 'spec.f: Too long: may not be more than 2 bytes'],
    [
      { type: 'string', minLength: 2 },
      'a',
      'spec.f: Invalid value: "a": spec.f in body should be at least 2 chars long',
    ],
    [
      { type: 'string', format: 'ipv4' },
      '1.2.3',
      'spec.f: Invalid value: "1.2.3": spec.f in body must be of type ipv4: "1.2.3"',
    ],
    [{ type: 'integer', maximum: 5 }, 6, 'spec.f: Invalid value: 6: spec.f in body should be less than or equal to 5'],
    [
      { type: 'integer', maximum: 5, exclusiveMaximum: true },
      5,
      'spec.f: Invalid value: 5: spec.f in body should be less than 5',
    ],
    [
      { type: 'number', minimum: 0.5 },
      0,
      'spec.f: Invalid value: 0: spec.f in body should be greater than or equal to 0.5',
    ],
    [
      { type: 'integer', format: 'int32' },
      2 ** 31,
      'spec.f: Invalid value: 2147483648: spec.f in body should be less than or equal to 2147483647',
    ],
    [{ type: 'integer', multipleOf: 2 }, 3, 'spec.f: Invalid value: 3: spec.f in body should be a multiple of 2'],
    [{ type: 'array', maxItems: 1 }, [1, 2], 'spec.f: Too many: 2: must have at most 1 items'],
    [{ type: 'array', minItems: 1 }, [], 'spec.f: Invalid value: 0: spec.f in body should have at least 1 items'],
    [
      { type: 'array', uniqueItems: true },
      [1, 1],
      `spec.f: Invalid value: [1,1]: spec.f in body shouldn't contain duplicates`,
    ],
    [
      { type: 'array', items: { type: 'string' } },
      ['a', 1],
      'spec.f[1]: Invalid value: "integer": spec.f[1] in body must be of type string: "integer"',
    ],
    [
      { type: 'object', minProperties: 1 },
      {},
      'spec.f: Invalid value: {}: spec.f in body should have at least 1 properties',
    ],
    [{ type: 'object', required: ['g'] }, {}, 'spec.f.g: Required value'],
    [{ type: 'object', properties: {} }, { g: 1 }, 'spec.f.g: unknown field "spec.f.g"'],
    [
      { 'x-kubernetes-int-or-string': true },
      true,
      'spec.f: Invalid value: "boolean": spec.f in body must be of type integer,string: "boolean"',
    ],
    [
      { anyOf: [{ type: 'string' }, { type: 'array' }] },
      1,
      'spec.f: Invalid value: 1: "spec.f" must validate at least one schema (anyOf)',
    ],
    [
      { oneOf: [{ minimum: 1 }, { minimum: 2 }] },
      3,
      'spec.f: Invalid value: 3: "spec.f" must validate one and only one schema (oneOf). Found 2 valid alternatives',
    ],
    [{ not: { enum: [1] } }, 1, 'spec.f: Invalid value: 1: "spec.f" must not validate the schema (not)'],
  ]
  for (const [schema, value, message] of cases)
    assert.deepEqual(told(object({ f: schema }), { spec: { f: value } }), [message])
})

test('what the limits allow is not reported', () => {
  const fields: Readonly<Record<string, readonly [Schema, unknown]>> = {
    nullable: [{ type: 'string', nullable: true }, null],
    number: [{ type: 'number' }, 3],
    port: [{ 'x-kubernetes-int-or-string': true }, 'http'],
    open: [{ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, { any: { thing: 1 } }],
    map: [{ type: 'object', additionalProperties: { type: 'string' } }, { any: 'text' }],
    either: [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, 1],
    amount: [{ format: 'quantity' }, '100m'],
    embedded: [
      { type: 'object', 'x-kubernetes-embedded-resource': true, properties: {} },
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' } },
    ],
    re2: [{ type: 'string', pattern: '^(?i)x$' }, 'anything, for JavaScript cannot read the pattern'],
  }
  const schema = object(Object.fromEntries(Object.entries(fields).map(([name, [inner]]) => [name, inner])))
  assert.deepEqual(
    told(schema, { spec: Object.fromEntries(Object.entries(fields).map(([name, [, value]]) => [name, value])) }),
    [],
  )
})

test('apiVersion, kind and metadata are checked whatever a CRD says of them', () => {
  const schema: Schema = { type: 'object', properties: { metadata: { type: 'object' } } }
  assert.deepEqual(told(schema, { apiVersion: 'a/v1', kind: 'A', metadata: { name: 'x', lables: {} } }), [
    'metadata.lables: unknown field "metadata.lables"',
  ])
})

test('sets and maps of CRDs may not repeat an item', () => {
  const list: Schema = {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['name'],
    items: { type: 'object', properties: { name: { type: 'string' } } },
  }
  assert.deepEqual(told(object({ list }), { spec: { list: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] } }), [
    'spec.list[2]: Duplicate value: {"name":"a"}',
  ])
})

test('null stands for absent in built-in kinds', () => {
  const schema = schemaOf('io.k8s.api.core.v1.Service')
  assert.deepEqual(
    told(schema, { metadata: { name: 'a' }, spec: { type: null, ports: null, selector: null } }, false),
    [],
  )
})

test('a status that lacks fields is completed, not refused', () => {
  const schema = schemaOf('io.k8s.api.core.v1.Pod')
  assert.deepEqual(told(schema, { status: { containerStatuses: [{ name: 'a' }] } }, false), [])
})

test('a check ends on any JSON, for every kind', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.json({ maxDepth: 5 }), fc.boolean(), ({ schema }, text, strictNulls) => {
      const value: unknown = JSON.parse(text)
      checkSchema(schemaOf(schema), value, { strictNulls })
      checkSchema(schemaOf(schema), { spec: value, status: value, metadata: value }, { strictNulls })
    }),
    { numRuns: 300 },
  )
})

test('a schema is found along a path', () => {
  const schema = schemaOf('io.k8s.api.apps.v1.Deployment')
  assert.equal(schemaAt(schema, ['spec', 'template', 'spec', 'containers', 0, 'image'])?.type, 'string')
  assert.equal(
    schemaAt(schema, ['spec', 'strategy', 'rollingUpdate', 'maxSurge'])?.['x-kubernetes-int-or-string'],
    true,
  )
  assert.equal(schemaAt(schema, ['spec', 'nothing']), undefined)
})

test('what was sound before is looked at again when it has changed, or stands where something else is asked for', () => {
  const schema: Schema = {
    type: 'object',
    properties: {
      ports: { type: 'object', properties: { http: { type: 'integer' } } },
      names: { type: 'object', properties: { http: { type: 'string' } } },
    },
  }
  const part: Record<string, unknown> = { http: 80 }
  assert.deepEqual(checkSchema(schema, { ports: part }), [])
  part.http = 'eighty'
  assert.equal(checkSchema(schema, { ports: part }).length, 1)
  const frozen = Object.freeze({ http: 80 })
  for (let look = 0; look < 2; look++) {
    assert.deepEqual(checkSchema(schema, { ports: frozen }), [])
    assert.equal(checkSchema(schema, { names: frozen }).length, 1)
  }
})
