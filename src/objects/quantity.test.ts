import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseQuantity } from './quantity.ts'
import { isQuantity } from './schema/formats.ts'

test('quantities are billionths, exactly', () => {
  const one = 1_000_000_000n
  assert.equal(parseQuantity('1'), one)
  assert.equal(parseQuantity(2), 2n * one)
  assert.equal(parseQuantity('100m'), one / 10n)
  assert.equal(parseQuantity('1.5'), (3n * one) / 2n)
  assert.equal(parseQuantity('.5Ki'), 512n * one)
  assert.equal(parseQuantity('2e3'), 2000n * one)
  assert.equal(parseQuantity('-1k'), -1000n * one)
  assert.equal(parseQuantity('1n'), 1n)
  assert.equal(parseQuantity('0.1n'), 1n, 'what is smaller is rounded up')
  for (const bad of ['', 'm', '1 Gi', '1gi', '1.2.3', 'ten', '+']) assert.equal(parseQuantity(bad), undefined, bad)
})

test('the schema accepts a quantity exactly when it can be read', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[-+0-9.eEmkMGi]{0,6}$/), text => {
      assert.equal(isQuantity(text), parseQuantity(text) !== undefined, text)
    }),
    { numRuns: 500 },
  )
})
