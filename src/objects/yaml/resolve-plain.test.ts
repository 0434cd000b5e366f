import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolvePlain } from './resolve-plain.ts'

test('plain scalars stand for what kubectl reads', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['text', 'text'],
    ['', null],
    ['~', null],
    ['Null', null],
    ['yes', true],
    ['off', false],
    ['True', true],
    ['80', 80],
    ['-1', -1],
    ['1_000', 1000],
    ['0644', 420],
    ['0x1F', 31],
    ['0o17', 15],
    ['08', 8],
    ['1.50', 1.5],
    ['1e3', 1000],
    ['12:30', '12:30'],
    ['1.2.3', '1.2.3'],
    ['192.168.1.1', '192.168.1.1'],
    ['100m', '100m'],
    ['-', '-'],
    ['yesterday', 'yesterday'],
  ]
  for (const [text, value] of cases) assert.deepEqual(resolvePlain(text), value, JSON.stringify(text))
})
