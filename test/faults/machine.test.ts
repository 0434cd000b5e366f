// What a user is told when the machine lacks something: a program, a right, room on the disk.
// Run with: scripts/in-sandbox node --test test/faults/
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ordinaryUserId } from '../ordinary-user.testing.ts'
import { takeInventory, untilAsBefore } from './inventory.testing.ts'
import { smallSite } from './small-site.testing.ts'
import { ended, openWorld, processesOf, until } from './world.testing.ts'

const world = openWorld()
const someone = openWorld({ ordinary: true })
const untouched = takeInventory()
const folder = smallSite(join(world.directory, 'folder'))
const url = 'http://echo.small.example/'
const guard = policy()

after(async () => {
  await world.close()
  await someone.close()
  await untilAsBefore(untouched)
})

function must(command: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

/** Runs the work on a machine whose NGINX is not executable, and whose package database does not know it. */
async function withoutNginx(work: (path: string) => Promise<void>): Promise<void> {
  const tools = join(world.directory, 'tools')
  mkdirSync(tools)
  writeFileSync(join(tools, 'dpkg-query'), '#!/bin/sh\n/usr/bin/dpkg-query "$@" | grep -v " nginx$"\n')
  writeFileSync(join(tools, 'apt-get'), '#!/bin/sh\necho "no network here" >&2\nexit 100\n')
  for (const tool of ['dpkg-query', 'apt-get']) chmodSync(join(tools, tool), 0o755)
  must('mount', '--bind', '/dev/null', '/usr/sbin/nginx')
  try {
    await work(`${tools}:${process.env.PATH ?? ''}`)
  } finally {
    must('umount', '/usr/sbin/nginx')
    rmSync(tools, { recursive: true })
  }
}

test('a missing program: an ordinary user gets the one command, root hears why it could not be installed', async () => {
  await withoutNginx(async PATH => {
    const user = await someone.fairwayWith({ PATH }, 'up', folder.path)
    assert.equal(user.status, 3, user.stderr)
    assert.match(user.stderr, /^ {2}sudo apt-get install -y --no-install-recommends nginx$/m)
    assert.match(user.stderr, /this machine lacks nginx; the command above installs what is missing/)
    const root = await world.fairwayWith({ PATH }, 'up', folder.path)
    assert.equal(root.status, 3, root.stderr)
    assert.match(root.stderr, /no network here\n.*could not install/s)
    assert.match(root.stderr, /apt-get update && apt-get install -y --no-install-recommends nginx$/m)
    assert.equal(policy(), guard)
  })
  // Nothing of the lab was begun.
  assert.equal(existsSync(world.state('small').path), false)
})

test('a user whom the kernel gives no namespaces is told which switch that is', async () => {
  // A user namespace of its own, so that the machine's real limit is not touched.
  const inside = `echo 0 > /proc/sys/user/max_user_namespaces
    exec setpriv --reuid=${ordinaryUserId} --regid=${ordinaryUserId} --clear-groups --inh-caps=-all \
      /mnt/checkout/fairway up "$1" --detach`
  const child = spawn(
    'unshare',
    ['--user', '--mount', 'sh', '-c', 'read go; exec sh -c "$0" sh "$@"', inside, folder.path],
    {
      env: someone.env,
      cwd: '/',
    },
  )
  const end = ended(child, 'go\n', async () => {
    for (const map of ['uid_map', 'gid_map']) {
      await until(
        'the maps can be written',
        () => tryWrite(`/proc/${child.pid}/${map}`, '0 0 65536\n'),
        done => done,
      )
    }
  })
  const { status, stderr } = await end
  assert.equal(status, 3, stderr)
  assert.match(stderr, /does not let ordinary users make namespaces: user\.max_user_namespaces is 0/)
  assert.match(stderr, /sudo sysctl -w user\.max_user_namespaces=15000/)
  assert.doesNotMatch(stderr, /^ +at /m)
})

/** What keeps services from starting while packages are installed; it must be as before. */
function policy(): string {
  const path = '/usr/sbin/policy-rc.d'
  return existsSync(path) ? readFileSync(path, 'utf8') : 'none'
}

function tryWrite(path: string, text: string): boolean {
  try {
    writeFileSync(path, text)
    return true
  } catch {
    return false
  }
}

test('a state directory that cannot be made is named', async () => {
  const { status, stderr } = await someone.fairwayWith({ FAIRWAY_STATE_DIR: '/usr/state' }, 'up', folder.path)
  assert.equal(status, 3, stderr)
  assert.match(stderr, /cannot use the state directory \/usr\/state\/small: .*FAIRWAY_STATE_DIR/)
})

test('a full disk refuses writes with a clear Status, everything else goes on, and room brings it back', async () => {
  const state = world.state('small')
  mkdirSync(state.path, { recursive: true })
  must('mount', '-t', 'tmpfs', '-o', 'size=12m,mode=700', 'tmpfs', state.path)
  try {
    const up = await world.fairway('up', folder.path, '--detach')
    assert.equal(up.status, 0, up.stderr)
    spawnSync('dd', ['if=/dev/zero', `of=${join(state.path, 'ballast')}`, 'bs=64k'])
    const refused = await until(
      'a write is refused',
      () =>
        world.kubectl(
          'small',
          'create',
          'configmap',
          `c${performance.now()}`.replace('.', '-'),
          `--from-literal=a=${'x'.repeat(60_000)}`,
        ),
      seen => seen.status !== 0,
    )
    assert.match(refused.stderr, /database could not be written.*free some space/)
    // The daemon has something to say about this, and nowhere to write it.
    const [server] = processesOf(state, /unbound .*dns-lan/)
    assert.ok(server)
    process.kill(server, 'SIGKILL')
    // A change of the folder cannot be stored either, and up says so without falling over.
    folder.write(
      'more.yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: more }\ndata: { a: ${'y'.repeat(200_000)} }\n`,
    )
    const again = await world.fairway('up', folder.path)
    assert.notEqual(again.status, 0)
    assert.match(again.stderr, /database could not be written|no space/i)
    assert.doesNotMatch(again.stderr, /^ +at /m)
    await until(
      'packets flow and names resolve',
      () => world.curl('small', url),
      seen => seen === '200',
    )
    for (let round = 0; round < 3; round++) {
      assert.equal(await world.curl('small', url), '200')
      const read = world.kubectl('small', 'get', 'service', 'echo', '-o', 'name')
      assert.equal(read.stdout, 'service/echo\n', read.stderr)
    }
    rmSync(join(state.path, 'ballast'))
    assert.equal(world.kubectl('small', 'create', 'configmap', 'after').status, 0)
    const healed = await world.fairway('up', folder.path)
    assert.equal(healed.status, 0, healed.stderr)
    assert.equal(world.kubectl('small', 'get', 'configmap', 'more', '-o', 'name').stdout, 'configmap/more\n')
    assert.equal((await world.fairway('down', '--keep')).status, 0)
  } finally {
    await world.fairway('down', '--name', 'small', '--keep')
    must('umount', state.path)
  }
})
