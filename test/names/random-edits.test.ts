// Does a running Unbound that follows changes answer like one that was started with the last state?
// Run with: scripts/in-sandbox node --test test/names/random-edits.test.ts
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { UnboundServer } from '../../src/dataplane/unbound/apply.ts'
import { address } from '../../src/net/address.ts'
import type { DnsRecord } from '../../src/network/dns-record.ts'
import type { Runner } from '../../src/sys/runner.ts'

const root = mkdtempSync(join(tmpdir(), 'fairway-unbound-'))
after(() => rmSync(root, { recursive: true }))

const here: Runner = {
  spawn: (command, args, options) => spawn(command, args, options ?? {}),
  run: () => Promise.reject(new Error('not used here')),
}

async function start(name: string, records: readonly DnsRecord[]): Promise<UnboundServer> {
  const server = new UnboundServer(
    here,
    {
      listen: [address(name === 'edited' ? '127.0.0.1' : '127.0.0.2')],
      zones: [
        { name: 'cluster.local', type: 'static' },
        { name: '10.in-addr.arpa', type: 'transparent' },
        { name: 'anton.example', type: 'transparent' },
      ],
      forwarders: [],
      aliasZones: ['cluster.local'],
      directory: join(root, name),
    },
    records,
  )
  await server.ready()
  return server
}

async function stop(server: UnboundServer): Promise<void> {
  const ended = once(server.process, 'exit')
  server.process.kill('SIGKILL')
  await ended
}

/** Few names, so that records meet: below one another, beside a wildcard, and where an alias was. */
const names = [
  'a.default.svc.cluster.local',
  'x.a.default.svc.cluster.local',
  'b.default.svc.cluster.local',
  'default.svc.cluster.local',
  'shop.anton.example',
  'api.shop.anton.example',
  'deep.api.shop.anton.example',
  'other.org',
  'www.other.org',
]
const hosts = fc.constantFrom(...names)
const records: fc.Arbitrary<DnsRecord> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ name: hosts, type: fc.constant('A' as const), ttlSeconds: fc.constant(5), data: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3') }) },
  { weight: 2, arbitrary: fc.record({ name: hosts, type: fc.constant('AAAA' as const), ttlSeconds: fc.constant(5), data: fc.constantFrom('fd00::1', 'fd00::2') }) },
  { weight: 2, arbitrary: fc.record({ name: hosts.map(name => `_http._tcp.${name}`), type: fc.constant('SRV' as const), ttlSeconds: fc.constant(5), data: fc.constantFrom('0 100 80 a.default.svc.cluster.local.', '0 50 81 b.default.svc.cluster.local.') }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constantFrom('1.0.0.10.in-addr.arpa', '2.0.0.10.in-addr.arpa'), type: fc.constant('PTR' as const), ttlSeconds: fc.constant(5), data: hosts.map(name => `${name}.`) }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constantFrom('*.anton.example', '*.shop.anton.example'), type: fc.constant('A' as const), ttlSeconds: fc.constant(5), data: fc.constantFrom('10.0.0.8', '10.0.0.9') }) },
) // biome-ignore format: a table
/** An alias stands alone: at its name there is nothing else, and nothing below it. */
const aliases = fc.constantFrom<DnsRecord>(
  { name: 'alias.default.svc.cluster.local', type: 'CNAME', ttlSeconds: 5, data: 'a.default.svc.cluster.local.' },
  { name: 'alias.default.svc.cluster.local', type: 'CNAME', ttlSeconds: 5, data: 'b.default.svc.cluster.local.' },
)
const states = fc
  .tuple(
    fc.uniqueArray(records, { maxLength: 12, selector: ({ name, type, data }) => `${name} ${type} ${data}` }),
    fc.option(aliases, { freq: 4 }),
  )
  .map(([some, alias]) => (alias === null ? some : [...some, alias]))

const questions = [
  ...[
    ...names,
    'alias.default.svc.cluster.local',
    'nobody.anton.example',
    'nobody.shop.anton.example',
    'no.cluster.local',
  ].flatMap(name => [`${name} A`, `${name} AAAA`]),
  ...names.map(name => `_http._tcp.${name} SRV`),
  '1.0.0.10.in-addr.arpa PTR',
  '2.0.0.10.in-addr.arpa PTR',
]

async function answersOf(server: string): Promise<Readonly<Record<string, unknown>>> {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  resolver.setServers([server])
  const answers = await Promise.all(
    questions.map(async question => {
      const [name = '', type = 'A'] = question.split(' ')
      try {
        const found = (await resolver.resolve(name, type)) as readonly unknown[]
        return [question, found.map(item => JSON.stringify(item)).sort()] as const
      } catch (error) {
        return [question, (error as NodeJS.ErrnoException).code] as const
      }
    }),
  )
  return Object.fromEntries(answers)
}

test('any sequence of changes ends in the answers of a fresh server', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(states, { minLength: 2, maxLength: 6 }), async sequence => {
      const [first = [], ...rest] = sequence
      const edited = await start('edited', first)
      let fresh: UnboundServer | undefined
      try {
        for (const state of rest) await edited.update(state)
        fresh = await start('fresh', sequence.at(-1) ?? [])
        assert.deepEqual(await answersOf('127.0.0.1'), await answersOf('127.0.0.2'))
      } finally {
        await stop(edited)
        if (fresh !== undefined) await stop(fresh)
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 25) },
  )
})
