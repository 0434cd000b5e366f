import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainRequest } from './fast-path.ts'

const of = (text: string) => plainRequest(Buffer.from(text, 'latin1'))

test('a plain request is parsed with names, order and repeats as they were sent', () => {
  assert.deepEqual(of('GET /a?b HTTP/1.1\r\nHOST: x\r\nx-a: 1\r\nX-A:  2 3 \r\nEmpty:\r\n\r\n'), {
    method: 'GET',
    path: '/a?b',
    httpVersion: '1.1',
    isLast: false,
    headers: [
      ['HOST', 'x'],
      ['x-a', '1'],
      ['X-A', '2 3'],
      ['Empty', ''],
    ],
  })
})

test('everything that is not plain is left to the real HTTP server', () => {
  const leftovers = {
    'two at once': 'GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n',
    unfinished: 'GET / HTTP/1.1\r\nHost: x\r\n',
    body: 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n',
    'body with GET': 'GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
    upgrade: 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    'no host': 'GET / HTTP/1.1\r\nX: y\r\n\r\n',
    'two hosts': 'GET / HTTP/1.1\r\nHost: x\r\nhost: y\r\n\r\n',
    'event stream': 'GET / HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n',
    old: 'GET / HTTP/1.0\r\nHost: x\r\n\r\n',
    'bare newline': 'GET / HTTP/1.1\r\nHost: x\nX: y\r\n\r\n',
    folded: 'GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n',
    knob: 'GET /?delay=5 HTTP/1.1\r\nHost: x\r\n\r\n',
    'space before colon': 'GET / HTTP/1.1\r\nHost : x\r\n\r\n',
  }
  for (const [name, text] of Object.entries(leftovers)) assert.equal(of(text), undefined, name)
})

test('a client may ask for the connection to end', () => {
  const asks = (value: string) => of(`GET / HTTP/1.1\r\nHost: x\r\nConnection: ${value}\r\n\r\n`)?.isLast
  assert.deepEqual([asks('close'), asks('Keep-Alive'), asks('close, x')], [true, false, undefined])
})
