// Does the launcher bring what it needs by itself, wherever the checkout lies and whoever starts it?
// Run with: scripts/in-sandbox node --test test/launcher/
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, beforeEach, test } from 'node:test'
import { root } from './checkout.testing.ts'
import { nodePackage, type Registry, startRegistry } from './registry.testing.ts'

const scratch = mkdtempSync('/tmp/fairway-set-up-')
spawnSync('ip', ['link', 'set', 'lo', 'up'])
let registry: Registry | undefined
after(async () => {
  await registry?.[Symbol.asyncDispose]()
  rmSync(scratch, { recursive: true })
})

/** A machine's programs: a folder that comes first in PATH. */
let tools = ''
/** A folder with a space, where the checkout's scripts are. */
let checkout = ''
beforeEach(() => {
  const place = mkdtempSync(join(scratch, 'machine-'))
  tools = join(place, 'bin')
  checkout = join(place, 'my clone')
  mkdirSync(tools)
  mkdirSync(checkout)
  for (const name of ['fairway', 'scripts', 'package.json', 'package-lock.json'])
    cpSync(join(root, name), join(checkout, name), { recursive: true })
  mkdirSync(join(checkout, 'src/cli'), { recursive: true })
  writeFileSync(
    join(checkout, 'src/cli/main.ts'),
    "process.stdout.write('started ' + process.argv.slice(2).join('|'))\n",
  )
})

function program(name: string, script: string): void {
  writeFileSync(join(tools, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(tools, name), 0o755)
}

/** A Node that says it is older than it is: npm runs with it, Fairway must not. */
function oldNode(version = 'v20.19.0'): void {
  program('node', `[ "$1" = --version ] && { echo ${version}; exit; }\nexec '${process.execPath}' "$@"`)
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(command, args, {
    cwd: scratch,
    env: { ...process.env, PATH: `${tools}:${process.env.PATH ?? ''}`, FAIRWAY_TOOLS: join(tools, '../cache'), ...env },
  })
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { stdout, stderr, status }
}

const installed = () => cpSync(join(checkout, 'package-lock.json'), join(checkout, 'node_modules/.fairway-installed'))

test('with an old Node the launcher fetches a new one once, and runs with it', async () => {
  registry ??= await startRegistry([nodePackage(scratch)], scratch)
  oldNode()
  mkdirSync(join(checkout, 'node_modules'))
  installed()
  const env = { npm_config_registry: registry.url, npm_config_cache: join(scratch, 'npm') }
  const [first, second] = await Promise.all([
    run(join(checkout, 'fairway'), ['check', 'a b'], env),
    run(join(checkout, 'fairway'), ['check', 'c'], env),
  ])
  // Two first starts at once: each may fetch, one folder remains, with nothing inside that does not belong there.
  assert.deepEqual([first.stdout, second.stdout], ['started check|a b', 'started check|c'], first.stderr)
  assert.match(first.stderr, /this machine's Node is v20\.19\.0; fetching Node 24 from the npm registry/)
  const cache = join(tools, '../cache')
  assert.equal(spawnSync('ls', ['-A', cache], { encoding: 'utf8' }).stdout, 'node-24\n')
  assert.equal(spawnSync('ls', ['-A', join(cache, 'node-24')], { encoding: 'utf8' }).stdout, 'bin\npackage.json\n')
  const third = await run(join(checkout, 'fairway'), [], { ...env, npm_config_registry: 'http://127.0.0.1:1/' })
  assert.equal(third.stdout, 'started ')
  assert.equal(third.stderr, '')
})

test('without a registry, without npm, or without a place to keep Node it says what to do, with exit code 3', async () => {
  oldNode()
  const script = join(checkout, 'scripts/ensure-node')
  const unreachable = await run(script, [], {
    npm_config_registry: 'http://127.0.0.1:1/',
    npm_config_fetch_retries: '0',
    npm_config_cache: join(scratch, 'empty'),
  })
  assert.equal(unreachable.status, 3)
  assert.match(unreachable.stderr, /could not fetch node-linux-\w+@24; check 'npm ping', or install Node 24 yourself/)
  assert.equal(unreachable.stdout, '')

  const only = join(tools, '../only')
  mkdirSync(only)
  for (const name of ['sh', 'id', 'uname', 'dirname', 'mkdir', 'mktemp', 'mv', 'rm', 'cut', 'getent'])
    symlinkSync(spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim(), join(only, name))
  const npmless = await run(script, [], { PATH: `${tools}:${only}` })
  assert.equal(npmless.status, 3)
  assert.match(npmless.stderr, /needs Node 24 or newer \(this machine's: v20\.19\.0\) and found no npm/)

  const placeless = await run(script, [], { FAIRWAY_TOOLS: '/dev/null/tools' })
  assert.equal(placeless.status, 3)
  assert.match(placeless.stderr, /may not write to \/dev\/null\/tools.*set FAIRWAY_TOOLS/s)
})

test('a Node that is new enough is used as it is, with or without a HOME', async () => {
  program('node', `[ "$1" = --version ] && { echo v26.1.0; exit; }\nexec '${process.execPath}' "$@"`)
  for (const env of [{}, { HOME: undefined, XDG_CACHE_HOME: undefined, FAIRWAY_TOOLS: undefined }]) {
    const { stdout, stderr } = await run(
      'env',
      ['-u', 'HOME', '-u', 'FAIRWAY_TOOLS', join(checkout, 'scripts/ensure-node')],
      env,
    )
    // Root's own cache may hold one that was fetched.
    assert.match(stdout, /\/node\n$/)
    assert.equal(stderr, '')
  }
})

test('packages are installed when the lock file is another than at the last time, by one of several starts', async () => {
  program('npm', `echo "$@" >> '${tools}/calls'; sleep 0.3; rm -rf node_modules; mkdir node_modules`)
  const [script, argument] = [join(checkout, 'scripts/ensure-packages'), process.execPath]
  const results = await Promise.all([run(script, [argument]), run(script, [argument]), run(script, [argument])])
  assert.deepEqual(
    results.map(({ status }) => status),
    [0, 0, 0],
    results[0]?.stderr,
  )
  const calls = () => readFileSync(join(tools, 'calls'), 'utf8').trim().split('\n').length
  assert.equal(calls(), 1)
  // Times do not matter, as after copying a folder.
  spawnSync('touch', [join(checkout, 'package-lock.json')])
  await run(script, [argument])
  assert.equal(calls(), 1)
  writeFileSync(join(checkout, 'package-lock.json'), '{}')
  await run(script, [argument])
  assert.equal(calls(), 2)
  program('npm', 'echo "npm ERR! no such package" >&2; exit 1')
  writeFileSync(join(checkout, 'package-lock.json'), '{ }')
  const failed = await run(script, [argument])
  assert.equal(failed.status, 3)
  assert.match(failed.stderr, /no such package\nfairway: 'npm ci' failed in .*my clone/)
})

/** A Debian that has the packages of a file, and whose packages bring a service each. */
function debian(present: readonly string[]): void {
  const status = join(tools, 'status')
  writeFileSync(status, present.map(name => `installed ${name}\n`).join(''))
  program(
    'dpkg-query',
    `if [ "$1" = -L ]; then shift; for p; do echo /lib/systemd/system/$p.service; echo /etc/init.d/$p; done; exit; fi
     shift 2; if [ $# = 0 ]; then cat '${status}'; else for p; do grep " $p$" '${status}'; done; fi`,
  )
  program(
    'apt-get',
    `echo "apt-get $*" >> '${tools}/calls'
     [ "$(cat '${tools}/lists' 2>/dev/null)" ] || { case $* in update) echo yes > '${tools}/lists'; exit ;; *) echo "E: Unable to locate package" >&2; exit 100 ;; esac; }
     /usr/sbin/policy-rc.d nginx start; echo "a service would start: $?" >> '${tools}/calls'
     echo "installed nginx" >> '${status}'; echo "installed nginx-common" >> '${status}'`,
  )
  for (const name of ['deb-systemd-helper', 'systemctl', 'update-rc.d'])
    program(name, `echo "${name} $*" >> '${tools}/calls'`)
}

test('missing Debian packages are installed by root with nothing started and nothing enabled', async () => {
  debian(['curl'])
  // The guard against services is written there, and not on the machine that runs this test.
  const layers = ['upper', 'work'].map(name => join('/run/sbin', name))
  for (const layer of layers) mkdirSync(layer, { recursive: true })
  const options = `lowerdir=/usr/sbin,upperdir=${layers[0]},workdir=${layers[1]}`
  assert.equal(spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', options, '/usr/sbin']).status, 0)
  after(() => void spawnSync('umount', ['/usr/sbin']))
  const policy = '/usr/sbin/policy-rc.d'
  const before = existsSync(policy) ? readFileSync(policy, 'utf8') : undefined
  const { status, stderr } = await run(join(checkout, 'scripts/ensure-debian'), ['curl', 'nginx'])
  assert.equal(status, 0, stderr)
  assert.match(stderr, /installing Debian packages: nginx …/)
  const calls = readFileSync(join(tools, 'calls'), 'utf8').trim().split('\n')
  const install = 'apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends nginx'
  // A fresh image has no package lists.
  assert.deepEqual(calls.slice(0, 4), [install, 'apt-get update', install, 'a service would start: 101'])
  assert.deepEqual(calls.slice(4).sort(), [
    'deb-systemd-helper disable nginx-common.service',
    'deb-systemd-helper disable nginx.service',
    'systemctl disable nginx-common.service',
    'systemctl disable nginx.service',
    'update-rc.d nginx disable',
    'update-rc.d nginx-common disable',
  ])
  assert.equal(existsSync(policy) ? readFileSync(policy, 'utf8') : undefined, before)
  const again = await run(join(checkout, 'scripts/ensure-debian'), ['curl', 'nginx'])
  assert.equal(again.stderr, '')
})

test('where there is no apt-get the packages are named', async () => {
  debian([])
  rmSync(join(tools, 'apt-get'))
  const only = join(tools, '../only')
  mkdirSync(only)
  for (const name of ['sh', 'sed', 'sort', 'id', 'cat', 'grep'])
    symlinkSync(spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim(), join(only, name))
  const { status, stderr } = await run(join(checkout, 'scripts/ensure-debian'), ['nginx'], { PATH: `${tools}:${only}` })
  assert.equal(status, 3)
  assert.match(stderr, /no apt-get to install them with: nginx\n$/)
})
