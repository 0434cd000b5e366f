// A real Unbound answers as the records say, and follows changes without a restart.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { UnboundServer } from '../../src/dataplane/unbound/apply.ts'
import { address } from '../../src/net/address.ts'
import type { DnsRecord } from '../../src/network/dns-record.ts'
import type { Runner } from '../../src/sys/runner.ts'

const directory = mkdtempSync(join(tmpdir(), 'fairway-unbound-'))
const here: Runner = {
  spawn: (command, args, options) => spawn(command, args, options ?? {}),
  run: () => Promise.reject(new Error('not used here')),
}
const resolver = new Resolver({ timeout: 1_000, tries: 1 })
resolver.setServers(['127.0.0.1'])
const ask = (name: string, type: 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR') =>
  resolver.resolve(name, type).then(
    answers => answers,
    (error: NodeJS.ErrnoException) => error.code,
  )

const record = (name: string, type: DnsRecord['type'], data: string): DnsRecord => ({ name, type, ttlSeconds: 5, data })
const soa = record('cluster.local', 'SOA', 'ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 5')
const echo = record('echo.default.svc.cluster.local', 'A', '10.96.0.7')
let server: UnboundServer

before(async () => {
  server = new UnboundServer(
    here,
    {
      listen: [address('127.0.0.1')],
      zones: [
        { name: 'cluster.local', type: 'static' },
        { name: '10.in-addr.arpa', type: 'transparent' },
        { name: 'lan.example', type: 'static' },
      ],
      forwarders: [],
      aliasZones: ['cluster.local'],
      directory,
    },
    [soa, echo],
  )
  await server.ready()
})

after(async () => {
  const ended = new Promise(resolve => server.process.once('exit', resolve))
  server.process.kill()
  await ended
  rmSync(directory, { recursive: true })
})

test('a name that exists without this type is NODATA, one that does not exist is NXDOMAIN', async () => {
  assert.deepEqual(await ask('echo.default.svc.cluster.local', 'A'), ['10.96.0.7'])
  assert.equal(await ask('echo.default.svc.cluster.local', 'AAAA'), 'ENODATA')
  assert.equal(await ask('default.svc.cluster.local', 'A'), 'ENODATA')
  assert.equal(await ask('nobody.default.svc.cluster.local', 'A'), 'ENOTFOUND')
})

test('a Service is resolvable the moment after it was denied', async () => {
  assert.equal(await ask('late.default.svc.cluster.local', 'A'), 'ENOTFOUND')
  await server.update([soa, echo, record('late.default.svc.cluster.local', 'A', '10.96.0.8')])
  assert.deepEqual(await ask('late.default.svc.cluster.local', 'A'), ['10.96.0.8'])
  await server.update([soa, echo])
  assert.equal(await ask('late.default.svc.cluster.local', 'A'), 'ENOTFOUND')
})

test('SRV and PTR answer', async () => {
  await server.update([
    soa,
    echo,
    record('_http._tcp.echo.default.svc.cluster.local', 'SRV', '0 100 80 echo.default.svc.cluster.local.'),
    record('7.0.96.10.in-addr.arpa', 'PTR', 'echo.default.svc.cluster.local.'),
  ])
  assert.deepEqual(await ask('_http._tcp.echo.default.svc.cluster.local', 'SRV'), [
    { name: 'echo.default.svc.cluster.local', port: 80, priority: 0, weight: 100, type: 'SRV' },
  ])
  assert.deepEqual(await ask('7.0.96.10.in-addr.arpa', 'PTR'), ['echo.default.svc.cluster.local'])
})

test('an alias is followed to a name of the same server, and its neighbours keep answering', async () => {
  await server.update([soa, echo, record('ext.default.svc.cluster.local', 'CNAME', 'echo.default.svc.cluster.local.')])
  assert.deepEqual(await ask('ext.default.svc.cluster.local', 'A'), ['10.96.0.7'])
  assert.deepEqual(await ask('ext.default.svc.cluster.local', 'CNAME'), ['echo.default.svc.cluster.local'])
  assert.deepEqual(await ask('echo.default.svc.cluster.local', 'A'), ['10.96.0.7'])
  assert.equal(await ask('nobody.default.svc.cluster.local', 'A'), 'ENOTFOUND')
})

test('a wildcard answers for names that have no answer of their own', async () => {
  await server.update([
    soa,
    echo,
    record('*.lan.example', 'A', '192.0.2.1'),
    record('one.lan.example', 'A', '192.0.2.2'),
  ])
  assert.deepEqual(await ask('any.lan.example', 'A'), ['192.0.2.1'])
  assert.deepEqual(await ask('one.lan.example', 'A'), ['192.0.2.2'])
})

test('a change that is refused in the middle takes nothing away', async () => {
  await server.update([soa, echo])
  const bad = record('bad.default.svc.cluster.local', 'A', 'nonsense')
  const moved = record('echo.default.svc.cluster.local', 'A', '10.96.0.9')
  await assert.rejects(server.update([soa, moved, bad]), /refused/)
  assert.deepEqual(await ask('echo.default.svc.cluster.local', 'A'), ['10.96.0.7'])
  await server.update([soa, moved])
  assert.deepEqual(await ask('echo.default.svc.cluster.local', 'A'), ['10.96.0.9'])
})

test('of many updates at once the last one wins', async () => {
  const updates = Array.from({ length: 50 }, (_, index) =>
    server.update([soa, record('echo.default.svc.cluster.local', 'A', `10.96.1.${index}`)]),
  )
  await Promise.all(updates)
  assert.deepEqual(await ask('echo.default.svc.cluster.local', 'A'), ['10.96.1.49'])
})
