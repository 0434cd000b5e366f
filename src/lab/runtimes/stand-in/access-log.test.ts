import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AccessLog } from './access-log.ts'

test('a burst shows its first lines and how many were left out', () => {
  let now = 0
  let text = ''
  const log = new AccessLog({ now: () => now, write: line => (text += line), linesPerSecond: 2 })
  for (let i = 0; i < 5; i++) log.add(() => `request ${i}`)
  now = 1000
  log.add(() => 'next second')
  assert.equal(text, 'request 0\nrequest 1\n(3 more requests are not shown)\nnext second\n')
})
