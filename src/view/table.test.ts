import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTable } from './table.ts'

test('columns are as wide as their widest cell, and no line ends in spaces', () => {
  assert.equal(
    formatTable([
      ['NAME', 'CLASS'],
      ['echo', 'internal'],
      ['a-longer-name', 'x'],
    ]),
    'NAME            CLASS\necho            internal\na-longer-name   x',
  )
})

test('a combining mark takes no column', () => {
  assert.equal(
    formatTable([
      ['e\u0301', '|'],
      ['ab', '|'],
    ]),
    'e\u0301    |\nab   |',
  )
})
