import assert from 'node:assert/strict'
import { test } from 'node:test'
import { splitDocuments } from './documents.ts'

test('documents keep the number of lines before them', () => {
  assert.deepEqual(splitDocuments('a: 1\n---\nb: 2\n--- # note\nc: 3\n...\n'), [
    { text: 'a: 1\n', linesBefore: 0 },
    { text: '   \nb: 2\n', linesBefore: 1 },
    { text: '    # note\nc: 3\n', linesBefore: 3 },
  ])
})

test('comments, directives and blank lines make no document', () => {
  assert.deepEqual(splitDocuments('%YAML 1.2\n---\n# nothing\n\n---\n'), [])
})

test('dashes inside a line or further in do not split', () => {
  assert.equal(splitDocuments('a: |\n  ---\n  x\nb: ----\n').length, 1)
})
