// What is left when something of a lab is killed, and what the next start makes of it.
// Run with: scripts/in-sandbox node --test test/faults/
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { takeInventory, untilAsBefore } from './inventory.testing.ts'
import { app, smallSite } from './small-site.testing.ts'
import { ended, openWorld, processesOf, until } from './world.testing.ts'

const world = openWorld()
const folder = smallSite(join(world.directory, 'folder'))
const url = 'http://echo.small.example/'
const untouched = takeInventory()
const state = world.state('small')
const isDaemon = /cli\/daemon\/main\.ts/

beforeEach(async () => {
  // A test that failed may have left its lab.
  if (existsSync(state.path)) await world.fairway('down', '--name', 'small')
})
after(async () => {
  await world.close()
  await untilAsBefore(untouched)
})

async function upDetached(...options: string[]): Promise<string> {
  const up = await world.fairway('up', folder.path, '--detach', ...options)
  assert.equal(up.status, 0, up.stderr)
  return up.stderr
}

async function killDaemon(): Promise<void> {
  const [daemon, ...others] = processesOf(state, isDaemon).filter(pid => !/^(unshare|sh) /.test(commandOf(pid)))
  assert.ok(daemon !== undefined && others.length === 0)
  process.kill(daemon, 'SIGKILL')
  await untilAsBefore(untouched)
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
}

/** Starts a lab in the foreground and waits for its banner. */
async function upInForeground(): Promise<{
  readonly child: ReturnType<typeof world.start>
  readonly end: ReturnType<typeof ended>
}> {
  const child = world.start(['up', folder.path])
  const end = ended(child)
  await until(
    'the lab is up',
    () => world.fairway('status'),
    ({ status }) => status === 0,
  )
  assert.equal(await world.curl('small', url), '200')
  return { child, end }
}

/** What must be the same before and after: who is who, and where. */
function identities(): string {
  const path =
    '{range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.status.podIP}{.spec.clusterIP} {.status.loadBalancer.ingress}{"\\n"}{end}'
  return world.kubectl('small', 'get', 'pods,services', '-A', '-o', `jsonpath=${path}`).stdout
}

test('a killed daemon leaves nothing running, and up resumes everything that was acknowledged', async () => {
  await upDetached()
  assert.equal(world.kubectl('small', 'scale', 'deployment', 'echo', '--replicas=3').status, 0)
  writeFileSync(join(world.directory, 'own.yaml'), app('own', { replicas: 1 }))
  assert.equal(world.kubectl('small', 'apply', '-f', join(world.directory, 'own.yaml')).status, 0)
  await until(
    'the own app answers',
    () => world.curl('small', 'http://own.small.example/'),
    seen => seen === '200',
  )
  const before = identities()
  assert.equal(before.match(/^Pod echo-/gm)?.length, 3)
  // Acknowledged in the moment before.
  assert.equal(world.kubectl('small', 'create', 'configmap', 'last', '--from-literal=a=b').status, 0)
  await killDaemon()

  assert.deepEqual(
    ['daemon.json', 'lock', 'control.sock'].filter(name => existsSync(join(state.path, name))),
    ['daemon.json', 'lock', 'control.sock'],
  )
  const status = await world.fairway('status')
  assert.equal(status.status, 3)
  assert.match(
    status.stderr,
    /lab small is not running; 'fairway up' resumes it, 'fairway down --name small' removes what is left/,
  )
  assert.equal((await world.fairway('status', '-o', 'name')).stdout, 'small\tstopped\n')

  await upDetached()
  assert.equal(identities(), before)
  assert.equal(world.kubectl('small', 'get', 'configmap', 'last', '-o', 'jsonpath={.data.a}').stdout, 'b')
  assert.equal(await world.curl('small', url), '200')
  assert.equal(await world.curl('small', 'http://own.small.example/'), '200')
  assert.equal((await world.fairway('down')).status, 0)
  assert.equal(existsSync(state.path), false)
  await untilAsBefore(untouched)
})

test('down after a kill removes the state', async () => {
  await upDetached()
  await killDaemon()
  const down = await world.fairway('down')
  assert.equal(down.status, 0)
  assert.match(down.stderr, /lab small was not running; its state is removed/)
  assert.equal(existsSync(state.path), false)
})

test('down --keep keeps the state, and up --fresh forgets it', async () => {
  await upDetached()
  world.kubectl('small', 'create', 'configmap', 'mine')
  assert.match((await world.fairway('down', '--keep')).stderr, /lab small is down; its state is kept/)
  await untilAsBefore(untouched)
  await upDetached()
  assert.equal(world.kubectl('small', 'get', 'configmap', 'mine', '-o', 'name').stdout, 'configmap/mine\n')
  await world.fairway('down', '--keep')
  await upDetached('--fresh')
  assert.equal(world.kubectl('small', 'get', 'configmap', 'mine', '--ignore-not-found', '-o', 'name').stdout, '')
  await world.fairway('down')
})

test('Ctrl-C ends a lab of the foreground and removes everything', async () => {
  const { child, end } = await upInForeground()
  // What a terminal does: everyone in the foreground gets it.
  process.kill(-(child.pid ?? 0), 'SIGINT')
  const { status, stderr } = await end
  assert.equal(status, 0)
  assert.match(stderr, /Press Ctrl-C to end the lab.*lab small is down/s)
  assert.equal(existsSync(state.path), false)
  await untilAsBefore(untouched)
})

test('a lab of the foreground ends with its command, also when that is killed', async () => {
  const { child, end } = await upInForeground()
  process.kill(child.pid ?? 0, 'SIGKILL')
  await end
  await untilAsBefore(untouched)
  await until(
    'the state is gone',
    () => existsSync(state.path),
    seen => !seen,
  )
})

test('a lab of the foreground whose daemon is killed says how to go on', async () => {
  const { end } = await upInForeground()
  await killDaemon()
  const { status, stderr } = await end
  assert.equal(status, 3)
  assert.match(stderr, /the lab's daemon ended unexpectedly; its log says why: .*daemon\.log/)
  assert.match(stderr, /Its state is kept: 'fairway up' resumes it, 'fairway down --name small' removes it/)
  await upDetached()
  await world.fairway('down')
})

test('a lab of the foreground that is ended from elsewhere says so', async () => {
  const { end } = await upInForeground()
  assert.equal((await world.fairway('down')).status, 0)
  const { status, stderr } = await end
  assert.equal(status, 0)
  assert.match(stderr, /lab small was ended from elsewhere/)
  await untilAsBefore(untouched)
})

for (const options of [[], ['--detach']]) {
  test(`Ctrl-C while a lab starts leaves nothing ${options.join('')}`, async () => {
    const child = world.start(['up', folder.path, ...options])
    const end = ended(child)
    await until(
      'it is on its way',
      () => existsSync(state.log) && statSync(state.log).size > 100,
      seen => seen,
    )
    const asked = performance.now()
    process.kill(-(child.pid ?? 0), 'SIGINT')
    const { status, stderr } = await end
    assert.equal(status, 130, stderr)
    assert.ok(performance.now() - asked < 5000, 'it took too long to give up')
    await untilAsBefore(untouched)
    assert.equal(existsSync(state.path), false)
  })
}

test('a damaged database is named, --fresh begins anew', async () => {
  await upDetached()
  await world.fairway('down', '--keep')
  writeFileSync(state.database, Buffer.alloc(8192, 'not a database'))
  const up = await world.fairway('up', folder.path, '--detach')
  assert.equal(up.status, 3)
  assert.match(up.stderr, /state\.db/)
  assert.match(up.stderr, /--fresh/)
  assert.doesNotMatch(up.stderr, /^ +at /m)
  await untilAsBefore(untouched)
  await upDetached('--fresh')
  assert.equal(await world.curl('small', url), '200')
  await world.fairway('down', '--keep')

  truncateSync(state.database, Math.floor(statSync(state.database).size / 2))
  const again = await world.fairway('up', folder.path, '--detach')
  assert.equal(again.status, 3)
  assert.match(again.stderr, /state\.db.*--fresh/s)
  await upDetached('--fresh')
  await world.fairway('down')
})

test('a list of what was applied that is cut short only means that all is applied again', async () => {
  await upDetached()
  world.kubectl('small', 'create', 'configmap', 'mine')
  await killDaemon()
  truncateSync(join(state.path, 'applied.json'), 100)
  await upDetached()
  assert.equal(world.kubectl('small', 'get', 'configmap', 'mine', '-o', 'name').stdout, 'configmap/mine\n')
  assert.equal(await world.curl('small', url), '200')
  await world.fairway('down')
})

test('a site that became unusable is refused, and what was stored stays', async () => {
  await upDetached()
  world.kubectl('small', 'create', 'configmap', 'mine')
  await killDaemon()
  const good = readFileSync(join(folder.path, 'site.yaml'), 'utf8')
  folder.write('site.yaml', good.replace('gateway: 192.168.7.1', 'gateway: 10.9.9.9'))
  const refused = await world.fairway('up', folder.path, '--detach')
  folder.write('site.yaml', good)
  assert.equal(refused.status, 2, refused.stderr)
  await upDetached()
  assert.equal(world.kubectl('small', 'get', 'configmap', 'mine', '-o', 'name').stdout, 'configmap/mine\n')
  await world.fairway('down')
})

test('nothing was left in the temporary folder', () => {
  assert.deepEqual(readdirSync(join(world.directory, 'state')), [])
})
