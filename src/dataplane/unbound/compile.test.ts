import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { address } from '../../net/address.ts'
import type { DnsRecord } from '../../network/dns-record.ts'
import { compileConfig, compileRecords, zonesOf } from './compile.ts'
import { isServable, recordText } from './record-text.ts'

const a = (name: string, data: string): DnsRecord => ({ name, type: 'A', ttlSeconds: 5, data })

test('a server forwards its alias zones to itself, and the rest to its forwarders', () => {
  const text = compileConfig({
    listen: [address('10.244.0.10')],
    zones: [],
    forwarders: [address('192.168.1.1')],
    aliasZones: ['cluster.local'],
    directory: '/run/fairway/dns',
  })
  assert.match(text, /forward-zone:\n {2}name: "cluster\.local\."\n {2}forward-addr: 10\.244\.0\.10\n/)
  assert.match(text, /forward-zone:\n {2}name: "\."\n {2}forward-addr: 192\.168\.1\.1\n/)
})

test('a wildcard is a redirect zone, and a name below it keeps its own answer', () => {
  const records = [
    a('*.apps.example', '192.0.2.1'),
    a('one.apps.example', '192.0.2.2'),
    a('other.example', '192.0.2.3'),
  ]
  assert.deepEqual(zonesOf(records), [
    { name: 'apps.example', type: 'redirect' },
    { name: 'one.apps.example', type: 'static' },
  ])
  assert.equal(
    compileRecords([{ name: 'example', type: 'transparent' }], records),
    [
      'local-zone: "example." transparent',
      'local-zone: "apps.example." redirect',
      'local-zone: "one.apps.example." static',
      "local-data: 'apps.example. 5 IN A 192.0.2.1'",
      "local-data: 'one.apps.example. 5 IN A 192.0.2.2'",
      "local-data: 'other.example. 5 IN A 192.0.2.3'",
      '',
    ].join('\n'),
  )
})

test('no name or data can end a record or begin another', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom("x'\nserver:", 'x" 5 IN A 1.2.3.4', 'a b', 'x\u0000', 'x;y', '$(id)', "a'", 'a\\b', 'ö.example'),
  )
  fc.assert(
    fc.property(hostile, hostile, fc.constantFrom('A', 'CNAME', 'TXT', 'SRV'), (name, data, type) => {
      const record: DnsRecord = { name, type, ttlSeconds: 5, data }
      let text: string
      try {
        text = recordText(record)
      } catch {
        return // refused
      }
      assert.doesNotMatch(text, /[\n\r'\\;$`]/)
      assert.equal(text, `${name}. 5 IN ${type} ${type === 'TXT' ? `"${data}"` : data}`)
    }),
  )
})

test('a name with an over-long label is not servable', () => {
  assert.equal(isServable(a(`${'x'.repeat(64)}.example`, '192.0.2.1')), false)
  assert.equal(isServable(a('_http._tcp.echo.default.svc.cluster.local', '192.0.2.1')), true)
  assert.equal(isServable({ name: 'x.example', type: 'CNAME', ttlSeconds: 5, data: 'bad name.' }), false)
})
