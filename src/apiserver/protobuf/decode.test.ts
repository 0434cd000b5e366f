// Kubernetes protobuf as kubectl sends it, and bytes that are none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ApiError } from '../../objects/api-error.ts'
import { decodeObject } from './decode.ts'

const magic = [0x6b, 0x38, 0x73, 0x00]

function field(number: number, content: readonly number[] | string): number[] {
  const bytes = typeof content === 'string' ? [...Buffer.from(content)] : content
  return [(number << 3) | 2, ...varint(bytes.length), ...bytes]
}

function number(at: number, value: number): number[] {
  return [at << 3, ...varint(value)]
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80)
    rest = Math.floor(rest / 128)
  }
  return [...bytes, rest]
}

function body(apiVersion: string, kind: string, raw: readonly number[]): Uint8Array {
  return Buffer.from([...magic, ...field(1, [...field(1, apiVersion), ...field(2, kind)]), ...field(2, raw)])
}

test('a Secret: names, bytes as base64, and no fields for what is not set', () => {
  const metadata = [...field(1, 'tls'), ...field(2, ''), ...field(3, 'shop'), ...field(8, [])]
  const entry = [...field(1, 'key'), ...field(2, [1, 2, 3])]
  const secret = body('v1', 'Secret', [...field(1, metadata), ...field(2, entry), ...field(3, 'Opaque')])
  assert.deepEqual(decodeObject(secret), {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'tls', namespace: 'shop' },
    data: { key: 'AQID' },
    type: 'Opaque',
  })
})

test('zero replicas are kept, zero minReadySeconds mean nothing', () => {
  const spec = [...number(1, 0), ...number(5, 0)]
  const deployment = body('apps/v1', 'Deployment', [...field(1, field(1, 'web')), ...field(2, spec)])
  assert.deepEqual(decodeObject(deployment), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 0 },
  })
})

test('a port by name or by number, and a quantity', () => {
  const named = [...number(1, 1), ...number(2, 0), ...field(3, 'http')]
  const byNumber = [...number(1, 0), ...number(2, 8080), ...field(3, '')]
  const port = (target: number[]) => field(1, [...number(3, 80), ...field(4, target)])
  const service = body('v1', 'Service', field(2, [...port(named), ...port(byNumber)]))
  const { spec } = decodeObject(service) as { spec: { ports: object[] } }
  assert.deepEqual(spec.ports, [
    { port: 80, targetPort: 'http' },
    { port: 80, targetPort: 8080 },
  ])
})

test('a kind that is not known as protobuf is answered 415 with what to do', () => {
  assert.throws(() => decodeObject(body('example.com/v1', 'Widget', [])), {
    code: 415,
    message: /Widget in version "example.com\/v1" .* send it as application\/json/,
  })
})

test('any bytes are an object or a refusal, never a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, wrapped) => {
      try {
        decodeObject(wrapped ? body('v1', 'Pod', [...bytes]) : bytes)
      } catch (error) {
        assert.ok(error instanceof ApiError && error.code < 500, String(error))
      }
    }),
  )
})
