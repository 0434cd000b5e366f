import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeAnswer, encodeQuery } from './dns-query.ts'

test('a query has one question, with the name as labels', () => {
  assert.equal(
    encodeQuery(0x1234, 'a.bc.', 'AAAA').toString('hex'),
    '123401000001000000000000' + '0161026263' + '00' + '001c0001',
  )
  assert.throws(() => encodeQuery(1, 'x'.repeat(64), 'A'), /not a name for the DNS/)
})

/** An answer to `encodeQuery(id, 'a', 'A')` with these records, their names pointing back to the question. */
function answer(flags: string, records: readonly string[]): Buffer {
  const count = records.length.toString(16).padStart(4, '0')
  const question = ['016100', '00010001']
  const answers = records.map(data => `c00c${data}`)
  return Buffer.from(['1234', flags, '0001', count, '00000000', ...question, ...answers].join(''), 'hex')
}

test('addresses are read past aliases', () => {
  const cname = '0005000100000005' + '0004' + '026263' + '00'
  const a = '0001000100000005' + '0004' + 'c0a80166'
  assert.deepEqual(decodeAnswer(0x1234, answer('8180', [cname, a])), { code: 0, addresses: ['192.168.1.102'] })
})

test('a denial is an answer without addresses; a stranger’s or a torn message is none', () => {
  assert.deepEqual(decodeAnswer(0x1234, answer('8183', [])), { code: 3, addresses: [] })
  assert.equal(decodeAnswer(0x4321, answer('8180', [])), undefined)
  assert.equal(decodeAnswer(0x1234, answer('0100', [])), undefined)
  assert.equal(decodeAnswer(0x1234, answer('8180', ['0001000100000005' + '0004' + 'c0a8']).subarray(0, 30)), undefined)
})
