import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DnsRecord } from '../../network/dns-record.ts'
import { diffRecords } from './diff.ts'

const a = (name: string, data: string): DnsRecord => ({ name, type: 'A', ttlSeconds: 5, data })
const cname = (name: string, data: string): DnsRecord => ({ name, type: 'CNAME', ttlSeconds: 5, data })

test('nothing changed, nothing is sent', () => {
  assert.deepEqual(diffRecords([a('x', '192.0.2.1')], [a('x', '192.0.2.1')]), { kind: 'none' })
})

test('a name that gains an address is never emptied', () => {
  assert.deepEqual(diffRecords([a('x', '192.0.2.1')], [a('x', '192.0.2.1'), a('x', '192.0.2.2')]), {
    kind: 'update',
    remove: [],
    add: ['x. 5 IN A 192.0.2.2'],
  })
})

test('a name that loses an address is emptied and filled with what is left', () => {
  assert.deepEqual(
    diffRecords(
      [a('x', '192.0.2.1'), a('x', '192.0.2.2'), a('y', '192.0.2.9')],
      [a('x', '192.0.2.2'), a('y', '192.0.2.9')],
    ),
    {
      kind: 'update',
      remove: ['x'],
      add: ['x. 5 IN A 192.0.2.2'],
    },
  )
})

test('a new alias or wildcard needs the file to be read again', () => {
  assert.deepEqual(diffRecords([], [cname('x', 'example.org.')]), { kind: 'reload' })
  assert.deepEqual(diffRecords([], [a('*.x', '192.0.2.1')]), { kind: 'reload' })
  assert.deepEqual(diffRecords([cname('x', 'example.org.')], [cname('x', 'example.net.')]), { kind: 'reload' })
})
