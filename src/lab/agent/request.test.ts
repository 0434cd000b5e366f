import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRequest } from './request.ts'

test('the words of Cilium’s command line, in any place of its flags', () => {
  assert.deepEqual(parseRequest(['service', 'list']), { kind: 'service-list', format: 'text' })
  assert.deepEqual(parseRequest(['-o', 'json', 'service', 'ls']), { kind: 'service-list', format: 'json' })
  assert.deepEqual(parseRequest(['bpf', 'lb', 'list', '-ojson']), { kind: 'lb-list', format: 'json', view: 'all' })
  assert.deepEqual(parseRequest(['bpf', 'lb', 'list', '--source-ranges']), {
    kind: 'lb-list',
    format: 'text',
    view: 'source-ranges',
  })
})

test('--verbose stands for every detail of the status', () => {
  const plain = parseRequest(['status'])
  const verbose = parseRequest(['status', '--verbose', '--timeout', '5s'])
  assert.ok(plain.kind === 'status' && verbose.kind === 'status')
  assert.deepEqual([plain.addresses, plain.controllers, plain.health, plain.details], [false, false, false, false])
  assert.deepEqual([verbose.addresses, verbose.controllers, verbose.health, verbose.details], [true, true, true, true])
})

test('what has no true answer says where to look instead', () => {
  for (const words of [
    'policy get',
    'endpoint list',
    'monitor',
    'connectivity test',
    'bpf lb list --revnat',
    'bgp peers',
  ]) {
    const request = parseRequest(words.split(' '))
    assert.equal(request.kind, 'unanswerable', words)
    assert.ok(request.kind === 'unanswerable' && request.instead !== '')
  }
})

test('a mistyped flag or format is refused', () => {
  assert.deepEqual(parseRequest(['status', '--verbos']), { kind: 'misused', message: 'unknown flag: --verbos' })
  assert.deepEqual(parseRequest(['status', '-o', 'jsonpath={.cilium}']), {
    kind: 'misused',
    message: '-o takes json here, not "jsonpath={.cilium}"',
  })
})
