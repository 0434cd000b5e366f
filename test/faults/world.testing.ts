// A user's place on the machine for a test file: a state directory, the launcher, kubectl, and the way to a lab's processes.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { runningDaemon, type StateDirectory, stateDirectory } from '../../src/lab/daemon/state-directory.ts'
import { childrenOf } from '../../src/sys/processes.ts'
import { asOrdinaryUser, ordinaryUserId } from '../ordinary-user.testing.ts'

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface WorldOptions {
  /** Everything is done by somebody without rights. */
  readonly ordinary?: boolean
}

export type World = ReturnType<typeof openWorld>

export function openWorld({ ordinary = false }: WorldOptions = {}) {
  spawnSync('ip', ['link', 'set', 'lo', 'up'])
  const directory = mkdtempSync('/tmp/fairway-faults-')
  const { checkout, tools } = onShelf()
  const home = join(directory, 'home')
  mkdirSync(home)
  if (ordinary) for (const path of [directory, home]) chownSync(path, ordinaryUserId, ordinaryUserId)
  chmodSync(directory, 0o755)
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    FAIRWAY_STATE_DIR: join(directory, 'state'),
    FAIRWAY_TOOLS: tools,
    NO_COLOR: '1',
  }
  const prefix = ordinary ? asOrdinaryUser.filter(word => !word.startsWith('HOME=')) : []

  /** Starts the launcher and comes back at once. */
  const start = (args: readonly string[], more: { readonly env?: NodeJS.ProcessEnv } = {}): ChildProcess => {
    const [command = '', ...rest] = [...prefix, join(checkout, 'fairway'), ...args]
    // A session of its own, as from a terminal, so that a test can send it what Ctrl-C sends.
    return spawn(command, rest, { cwd: directory, env: { ...env, ...more.env }, detached: true })
  }
  const run = (command: string, ...args: readonly string[]): Ended =>
    spawnSync(command, args, { encoding: 'utf8', cwd: directory, env, maxBuffer: 1e8 })

  return {
    directory,
    env,
    start,
    run,
    state: (lab: string): StateDirectory => stateDirectory(join(directory, 'state'), lab),
    async fairway(...args: string[]): Promise<Ended> {
      return await ended(start(args))
    },
    async fairwayWith(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<Ended> {
      return await ended(start(args, { env: environment }))
    },
    kubectl(lab: string, ...args: string[]): Ended {
      const found = run('kubectl', '--kubeconfig', join(directory, 'state', lab, 'kubeconfig'), ...args)
      if (found.status === null) throw new Error('this test needs kubectl 1.30 or newer in PATH')
      return found
    },
    /** An HTTP status as the laptop sees it; 000 when there is no answer. */
    async curl(lab: string, url: string): Promise<string> {
      const asked = await ended(
        start([
          'exec',
          '--name',
          lab,
          'laptop',
          '--',
          'curl',
          '-s',
          '-m',
          '3',
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
          url,
        ]),
      )
      return asked.stdout
    },
    async close(): Promise<void> {
      for (const lab of labsIn(join(directory, 'state'))) await ended(start(['down', '--name', lab]))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Waits for the end. `input` is given once `first` is done. */
export async function ended(child: ChildProcess, input = '', first = async () => {}): Promise<Ended> {
  assert.ok(child.stdout && child.stderr)
  void first().then(() => child.stdin?.end(input))
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { stdout, stderr, status: status as number | null }
}

/** Tries again until the claim holds. Fails with what was last seen. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  claim: (seen: T) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const deadline = performance.now() + withinMs
  for (;;) {
    const seen = await look()
    if (claim(seen)) return seen
    if (performance.now() > deadline)
      assert.fail(`not so after ${withinMs} ms: ${what}; last seen: ${JSON.stringify(seen)}`)
    await sleep(50)
  }
}

/** The lab's own processes, by what their command line holds; numbers are those of this machine. */
export function processesOf(state: StateDirectory, command: RegExp): readonly number[] {
  const record = runningDaemon(state)
  if (record === undefined) return []
  const own: number[] = []
  const open = [record.supervisor.pid]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    own.push(pid)
    open.push(...childrenOf(pid))
  }
  return own.filter(pid => command.test(commandLine(pid))).sort((a, b) => a - b)
}

export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

function labsIn(stateRoot: string): readonly string[] {
  try {
    return readdirSync(stateRoot)
  } catch {
    return []
  }
}

const shelf = '/mnt'

/**
 * Node and the checkout where an ordinary user can read them, wherever they really lie. Not below /run, which a lab replaces, and
 * read-only, because what is removed through a second name is gone under the first as well.
 */
function onShelf(): { readonly checkout: string; readonly tools: string } {
  const checkout = join(shelf, 'checkout')
  const node = join(shelf, 'node-24')
  if (!existsSync(checkout)) {
    mount('-t', 'tmpfs', 'tmpfs', shelf)
    for (const [source, target] of [
      [join(import.meta.dirname, '../..'), checkout],
      // The launcher wants the Node that it fetched to be in a folder `node-24/bin`.
      [join(dirname(process.execPath), '..'), node],
    ] as const) {
      mkdirSync(target)
      mount('--bind', source, target)
      mount('-o', 'remount,bind,ro', target)
    }
  }
  return { checkout, tools: shelf }
}

function mount(...args: string[]): void {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount ${args.join(' ')} failed; is this run by scripts/in-sandbox? ${stderr}`)
}
