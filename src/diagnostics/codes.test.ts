import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { codes, titleOf } from './codes.ts'

test('every code that the program uses has a row in codes.ts', () => {
  const source = join(import.meta.dirname, '..')
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    file => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.endsWith('.testing.ts'),
  )
  const missing = new Set<string>()
  for (const file of files) {
    for (const [, code = ''] of readFileSync(join(source, file), 'utf8').matchAll(/'(FW\d{3})'/g)) {
      if (!Object.hasOwn(codes, code)) missing.add(`${code} in src/${file}`)
    }
  }
  assert.deepEqual([...missing].toSorted(), [])
})

test('codes are sorted, so that a new one finds its place', () => {
  const names = Object.keys(codes)
  assert.deepEqual(names, names.toSorted())
})

test('a title falls back to the code', () => {
  assert.equal(titleOf('FW106'), 'Unknown field')
  assert.equal(titleOf('FW000'), 'FW000')
  assert.equal(titleOf('toString'), 'toString')
})
