// Does everything of a lab end with it, whoever is killed, and can its machines be entered from the host?
// Run with: scripts/in-sandbox node --test test/lab/
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { controlClient } from '../../src/lab/daemon/control.ts'
import { enterCommand } from '../../src/lab/daemon/enter.ts'
import { listLabs, runningDaemon, type StateDirectory, stateDirectory } from '../../src/lab/daemon/state-directory.ts'
import { stopDaemon } from '../../src/lab/daemon/stop.ts'
import { host } from '../../src/sys/host.ts'
import { openNetlink } from '../../src/sys/netlink.ts'
import { childrenOf } from '../../src/sys/processes.ts'
import { spawnInTerminal } from '../../src/sys/pty.ts'
import { asOrdinaryUser, ordinaryUserId, readableForAll } from '../ordinary-user.testing.ts'
import type { DaemonCalls } from './daemon.testing.ts'
import { useOwnRun } from './own-run.testing.ts'

useOwnRun()
// Its mounts are no left-overs of a lab.
readableForAll()

interface Account {
  readonly name: string
  /** What comes before a command to run it as this user. */
  readonly prefix: readonly string[]
  readonly userId: number
}

const root: Account = { name: 'root', prefix: [], userId: 0 }
const user: Account = {
  name: 'an ordinary user',
  prefix: asOrdinaryUser,
  userId: ordinaryUserId,
}

const netlink = openNetlink()
netlink.apply([{ kind: 'set-link', name: 'lo', up: true }])

let directory = ''
let launchers: ChildProcess[] = []
beforeEach(() => {
  directory = mkdtempSync('/tmp/fairway-daemon-')
  launchers = []
})
afterEach(async () => {
  for (const state of listLabs(directory))
    await stopDaemon(state, { ask: () => Promise.reject(new Error('test ends')), graceMs: 0 })
  for (const launcher of launchers) launcher.kill('SIGKILL')
  await until(() => inventory().processes.length === 0, 'no process of a lab is left')
  rmSync(directory, { recursive: true, force: true })
})

interface Started {
  readonly launcher: ChildProcess
  readonly state: StateDirectory
  /** The first message: ready, or why not. */
  readonly said: { readonly kind: string; readonly ports?: { readonly api: number } } & Record<string, unknown>
}

async function start(
  account: Account,
  mode: 'attached' | 'detached',
  options: { lab?: string; port?: number } = {},
): Promise<Started> {
  const lab = options.lab ?? 'test'
  chownSync(directory, account.userId, account.userId)
  chmodSync(directory, 0o700)
  const { node, checkout } = readableForAll()
  const script = join(checkout, 'test/lab/launcher.testing.ts')
  const argv = [...account.prefix, node, script, directory, lab, mode, String(options.port ?? 0)]
  const launcher = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] })
  launchers.push(launcher)
  const state = stateDirectory(directory, lab)
  const lines = createInterface({ input: launcher.stdout ?? assert.fail('no output') })
  const line = await Promise.race([
    once(lines, 'line').then(([first]) => String(first)),
    once(launcher, 'exit').then(() => ''),
  ])
  if (line === '') assert.fail(`the daemon did not start: ${readFileSync(state.log, 'utf8')}`)
  return { launcher, state, said: JSON.parse(line) }
}

/** What could be left of a lab: processes of another process namespace or that make one, mounts, interfaces. */
function inventory(): { processes: string[]; mounts: string; links: string[] } {
  const ownNamespace = readlinkSync('/proc/self/ns/pid')
  const processes = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        const foreign = readlinkSync(`/proc/${pid}/ns/pid`) !== ownNamespace
        // Without a command line it has ended, and only its number waits for a parent; the sandbox has none that collects.
        if (command === '') return []
        return foreign || command.startsWith('unshare ') ? [command] : []
      } catch {
        return []
      }
    })
    .sort()
  return {
    processes,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    links: netlink.links().map(link => link.name),
  }
}

/** Ties cables into the lab's namespaces. The kernel removes our ends together with the namespaces at the other. */
function tieCables(state: StateDirectory): void {
  const init = firstProcess(state)
  const paths = ['laptop', 'k8s-1', 'lan'].map(name => `/proc/${init}/root/run/netns/${name}`)
  for (const [index, path] of [...paths, `/proc/${init}/ns/net`].entries()) {
    const fd = openSync(path, 'r')
    netlink.apply([{ kind: 'add-veth', name: `cable${index}`, peer: { name: `cable${index}`, namespaceFd: fd } }])
    closeSync(fd)
  }
}

function firstProcess(state: StateDirectory): number {
  const [first] = childrenOf(runningDaemon(state)?.supervisor.pid ?? -1)
  assert.ok(first, 'the lab does not run')
  return first
}

async function until(claim: () => boolean, what: string): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (claim()) return
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  assert.fail(`not so after 5 s: ${what}`)
}

async function untilSame(before: ReturnType<typeof inventory>): Promise<void> {
  await until(() => JSON.stringify(inventory()) === JSON.stringify(before), 'everything is as before').catch(() =>
    assert.deepEqual(inventory(), before),
  )
}

async function get(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`)
  return response.text()
}

for (const account of [root, user]) {
  describe(`as ${account.name}`, () => {
    for (const victim of ['daemon', 'first process', 'supervisor', 'launcher'] as const) {
      test(`nothing is left when the ${victim} is killed`, async () => {
        const before = inventory()
        const { launcher, state, said } = await start(account, 'attached')
        tieCables(state)
        assert.equal(await get(said.ports?.api ?? 0), 'lab test')
        assert.ok(inventory().processes.some(command => command.startsWith('sleep 1000')))
        const first = firstProcess(state)
        const victims = {
          daemon: childrenOf(first).find(pid =>
            readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('daemon.testing'),
          ),
          'first process': first,
          supervisor: runningDaemon(state)?.supervisor.pid,
          launcher: childrenOf(process.pid).find(pid =>
            readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launcher.testing'),
          ),
        }
        const pid = victims[victim]
        assert.ok(pid)
        process.kill(pid, 'SIGKILL')
        await untilSame(before)
        assert.equal(runningDaemon(state), undefined)
        await assert.rejects(get(said.ports?.api ?? 0))
        if (launcher.exitCode === null && launcher.signalCode === null) await once(launcher, 'exit')
      })
    }

    test('a detached lab outlives its launcher, and ends when asked to', async () => {
      const before = inventory()
      const { launcher, state, said } = await start(account, 'detached')
      if (launcher.exitCode === null) await once(launcher, 'exit')
      tieCables(state)
      assert.deepEqual(said.settings, { colour: 'blue' })
      assert.equal(await get(said.ports?.api ?? 0), 'lab test')
      const client = controlClient<DaemonCalls, { beat: number }>(state.controlSocket)
      const ended = await stopDaemon(state, { ask: () => client.call('shutdown', { heed: true }), graceMs: 5000 })
      assert.equal(ended, true)
      await untilSame(before)
      assert.equal(await stopDaemon(state, { ask: () => Promise.resolve(), graceMs: 0 }), undefined)
      assert.equal(existsSync(state.controlSocket), false)
    })

    test('a program run in a machine sees that machine, and its exit code comes back', async () => {
      const { state } = await start(account, 'attached')
      const doors = await controlClient<DaemonCalls, never>(state.controlSocket).call('doors', null)
      const record = runningDaemon(state)
      assert.ok(record && doors.laptop)
      const inLaptop = (...argv: string[]) => [
        ...account.prefix,
        ...enterCommand(record, doors.laptop ?? assert.fail(), argv),
      ]
      const run = (...argv: string[]) => {
        const [command = '', ...args] = inLaptop(...argv)
        return spawnSync(command, args, { encoding: 'utf8', cwd: '/tmp' })
      }
      const seen = run('sh', '-c', 'hostname; cat /etc/resolv.conf; ip -o -4 address show eth0; id -u; exit 7')
      assert.equal(seen.stderr, '')
      assert.match(seen.stdout, /^laptop\nnameserver 192\.168\.1\.1\n.*192\.168\.1\.50\/24.*\n0\n$/)
      assert.equal(seen.status, 7)
      assert.equal(run('sh', '-c', 'kill -KILL $$').signal, 'SIGKILL')
      assert.equal(run('ping', '-c1', '-W1', '192.168.1.98').status, 0)
      assert.equal(run('pwd').stdout, `${process.cwd()}\n`)
      assert.match(run('ps', '-e').stdout, /daemon|node|MainThread/)

      // Ctrl-C ends the program proper; those that wait for it live on to hand back its exit code.
      const terminal = spawnInTerminal(
        host,
        inLaptop('sh', '-c', 'trap "exit 9" INT; echo ready; while :; do sleep 0.05; done'),
      )
      terminal.stream.on('data', chunk => {
        if (String(chunk).includes('ready')) terminal.stream.write('\x03')
      })
      assert.equal(await terminal.exitCode, 9)
    })

    test('a second launch finds the first, and another lab runs beside it', async () => {
      const first = await start(account, 'attached', { lab: 'one' })
      const again = await start(account, 'attached', { lab: 'one' })
      assert.equal(again.said.kind, 'runs already')
      const taken = await start(account, 'attached', { lab: 'two', port: first.said.ports?.api ?? 0 })
      assert.deepEqual([taken.said.kind, taken.said.socket], ['port taken', 'api'])
      const second = await start(account, 'detached', { lab: 'two', port: first.said.ports?.api ?? 0 })
      assert.notEqual(second.said.ports?.api, first.said.ports?.api)
      assert.equal(await get(first.said.ports?.api ?? 0), 'lab one')
      assert.equal(await get(second.said.ports?.api ?? 0), 'lab two')
      assert.deepEqual(
        listLabs(directory).map(state => state.lab),
        ['one', 'two'],
      )
    })
  })
}

test('a daemon that ignores the wish to end is killed', async () => {
  const before = inventory()
  const { state } = await start(root, 'detached')
  const client = controlClient<DaemonCalls, never>(state.controlSocket)
  assert.equal(await stopDaemon(state, { ask: () => client.call('shutdown', { heed: false }), graceMs: 100 }), false)
  assert.deepEqual(inventory().processes, [])
  await untilSame(before)
})

test('the control socket answers calls, passes on refusals, and streams events', async () => {
  const { state } = await start(root, 'attached')
  const client = controlClient<DaemonCalls, { readonly beat: number }>(state.controlSocket)
  const untyped = controlClient<Record<string, { input: unknown; output: unknown }>, never>(state.controlSocket)
  await assert.rejects(client.call('refuse', null), /not today/)
  await assert.rejects(untyped.call('nonsense', null), /knows no call "nonsense"/)
  await assert.rejects(untyped.call('toString', null), /knows no call "toString"/)
  const stop = new AbortController()
  const beats: number[] = []
  for await (const { beat } of client.events(stop.signal)) {
    beats.push(beat)
    if (beats.length === 3) stop.abort()
  }
  assert.deepEqual(
    beats.map(beat => beat - (beats[0] ?? 0)),
    [0, 1, 2],
  )
  assert.equal(statSync(state.controlSocket).mode & 0o777, 0o600)
  assert.equal(statSync(state.path).mode & 0o777, 0o700)
})

test('the launcher asks an attached lab to end, and sees it gone', async () => {
  const before = inventory()
  const { launcher } = await start(root, 'attached')
  launcher.kill('SIGTERM')
  await once(launcher, 'exit')
  await untilSame(before)
})
