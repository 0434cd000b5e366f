import assert from 'node:assert/strict'
import { test } from 'node:test'
import { protocolOf } from './first-bytes.ts'

const of = (text: string) => protocolOf(Buffer.from(text, 'latin1'))

test('a request line is HTTP, whatever its method', () => {
  for (const line of [
    'GET / HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'VERSION-CONTROL /x HTTP/1.1',
    'GET http://a/ HTTP/1.1',
  ]) {
    assert.equal(of(line), 'http', line)
  }
})

test('the start of a request line is awaited', () => {
  for (const start of ['', 'G', 'GET', 'GET ', '\x16']) assert.equal(of(start), 'undecided', JSON.stringify(start))
})

test('a TLS handshake is seen by its first two bytes', () => {
  assert.equal(of('\x16\x03\x01\x02'), 'tls')
})

test('everything else is other', () => {
  for (const bytes of ['hello\n', 'EHLO\r\n', 'HI there', '\0', 'A B', 'GETGETGETGETGETGETGET', 'get / HTTP/1.1']) {
    assert.equal(of(bytes), 'other', JSON.stringify(bytes))
  }
})
