// Acknowledged writes survive the death of the process; a full disk refuses writers only.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { configMaps } from '../../src/objects/kinds/config-map.ts'
import { startCluster } from './cluster.testing.ts'

test('every write that was acknowledged before kill -9 is there afterwards', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'fairway-durability-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const database = join(directory, 'objects.db')
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer.testing.ts'), database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let acknowledged = ''
  for await (const line of createInterface(writer.stdout)) {
    acknowledged = line
    if (Number(line.slice('cm-'.length)) >= 200) writer.kill('SIGKILL')
  }
  assert.match(acknowledged, /^cm-\d+$/)

  await using cluster = await startCluster({ database })
  const { items } = await cluster.client.list(configMaps, { namespace: 'default' })
  const names = new Set(items.map(({ metadata }) => metadata.name))
  for (let i = 0; i <= Number(acknowledged.slice('cm-'.length)); i++) assert.ok(names.has(`cm-${i}`), `cm-${i} is lost`)
})

test('a full disk refuses writes with 507, reads go on, and writes go on when there is room again', async t => {
  const disk = mkdtempSync(join(tmpdir(), 'fairway-full-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', disk])
  if (mounted.status !== 0) {
    t.skip('a small file system cannot be mounted here: run this through scripts/in-sandbox')
    return
  }
  t.after(() => {
    spawnSync('umount', ['-l', disk])
    rmSync(disk, { recursive: true, force: true })
  })
  await using cluster = await startCluster({ database: join(disk, 'objects.db') })
  const { client } = cluster
  const make = (name: string, bytes: number) =>
    client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'default' },
      data: { filler: 'x'.repeat(bytes) },
    })
  await make('first', 10)
  const ballast = join(disk, 'ballast')
  const filled = spawnSync('dd', ['if=/dev/zero', `of=${ballast}`, 'bs=4096'])
  assert.notEqual(filled.status, 0, 'the disk did not get full')

  let stored = 0
  await assert.rejects(
    async () => {
      for (; stored < 100; stored++) await make(`big-${stored}`, 100_000)
    },
    { code: 507, reason: 'InsufficientStorage', message: /free some space/ },
  )
  const listed = await cluster.kubectl('get', 'configmaps', '-o', 'name')
  assert.equal(listed.stdout.split('\n').filter(name => name.includes('/big-')).length, stored)
  const refused = await cluster.kubectl('create', 'configmap', 'no-room', `--from-literal=a=${'y'.repeat(100_000)}`)
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /could not be written/)

  rmSync(ballast)
  await make(`big-${stored}`, 100_000)
  const again = await cluster.kubectl('get', 'configmap', `big-${stored}`)
  assert.equal(again.code, 0)
})

test('a database that another process damaged is refused by name, not taken for an empty one', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'fairway-damaged-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const database = join(directory, 'objects.db')
  writeFileSync(database, 'this is no database, and it is longer than the header of one would be: '.repeat(100))
  await assert.rejects(startCluster({ database }), /not a database/)
})

test('a killed writer leaves no lock behind', async t => {
  const directory = mkdtempSync(join(tmpdir(), 'fairway-lock-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const database = join(directory, 'objects.db')
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'writer.testing.ts'), database], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(writer.stdout, 'data')
  writer.kill('SIGKILL')
  await once(writer, 'exit')
  await using cluster = await startCluster({ database })
  assert.ok((await cluster.client.list(configMaps)).items.length > 0)
})
