import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failModes, parseFailMode } from './fail-mode.ts'

test('every mode that the Event lists is understood', () => {
  for (const mode of failModes) assert.notEqual(parseFailMode(mode), 'unknown', mode)
})

test('a status and a delay are read from the value', () => {
  assert.deepEqual(parseFailMode('http=404'), { kind: 'http', status: 404 })
  assert.deepEqual(parseFailMode('slow=1.5s'), { kind: 'slow', delayMs: 1500 })
})

test('anything else is unknown, also nearly right values', () => {
  for (const text of ['', 'Readiness', 'http=999', 'http=', 'slow=250', 'slow=-1ms', 'slow=99999s', 'hang ']) {
    assert.equal(parseFailMode(text), 'unknown', text)
  }
})
