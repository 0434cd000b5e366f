// A whole lab as a user starts it, and the programs a user drives it with: fairway, kubectl, a terminal.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { host } from '../../src/sys/host.ts'
import { spawnInTerminal } from '../../src/sys/pty.ts'
import { type Screen, screenOf } from './screen.testing.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** A program that goes on until it is stopped; its output so far. */
export interface Running extends AsyncDisposable {
  readonly output: () => string
  stop(): Promise<void>
}

export interface TestLab extends AsyncDisposable {
  /** Paths in commands may be relative to it. */
  readonly directory: string
  /** Path of the `fairway` that drives it. */
  readonly launcher: string
  /** What `up` printed on stdout. */
  readonly banner: string
  /** What `up` told on stderr. */
  readonly narration: string
  fairway(...args: readonly string[]): Promise<Outcome>
  kubectl(...args: readonly string[]): Promise<Outcome>
  /** With `input` on stdin. */
  kubectlWith(input: string, ...args: readonly string[]): Promise<Outcome>
  /** What kubectl prints, having made sure that it ended well. */
  ok(...args: readonly string[]): Promise<string>
  /** Applies manifests, one YAML or JSON document each. */
  apply(...manifests: readonly (string | object)[]): Promise<string>
  /** A line for the shell, as one would paste it from a runbook. */
  shell(line: string, more?: Readonly<Record<string, string>>): Promise<Outcome>
  /** The same, typed into a terminal. */
  terminal(line: string): Screen
  /** A program of this host as the machine of the lab. */
  on(machine: string, ...command: readonly string[]): Promise<Outcome>
  start(program: string, ...args: readonly string[]): Running
  /** Tries until the check no longer throws, and gives what it returns. */
  eventually<T>(check: () => Promise<T>, withinMs?: number): Promise<T>
}

const root = join(import.meta.dirname, '../..')
/** One command: generous, since the machine may be busy with other things. */
const commandMs = 60_000

/** Starts `scenarios/anton` under a name of its own. Everything of it is gone after disposal. */
export async function startLab(name: string): Promise<TestLab> {
  const directory = mkdtempSync(join(tmpdir(), `fairway-${name}-`))
  const state = join(directory, 'state')
  // A home of its own keeps kubectl's caches apart from the user's.
  const home = join(directory, 'home')
  mkdirSync(home)
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    FAIRWAY_STATE_DIR: state,
    KUBECONFIG: join(state, name, 'kubeconfig'),
    NO_COLOR: '1',
    TERM: 'xterm',
  }
  const run = (program: string, args: readonly string[], { input = '', more = {} } = {}) =>
    runProgram({ program, args, input, env: { ...env, ...more }, cwd: directory })
  const launcher = join(root, 'fairway')
  const fairway = (...args: readonly string[]) => run(launcher, args)

  const version = await run('kubectl', ['version', '--client']).catch((cause: unknown) => {
    throw new Error('these tests need kubectl, 1.30 or newer, in the PATH', { cause })
  })
  assert.match(version.stdout, /v1\.(3\d|[4-9]\d)\./, 'these tests need kubectl 1.30 or newer')
  const up = await fairway('up', join(root, 'scenarios/anton'), '--detach', '--name', name)
  const end = async () => {
    await fairway('down', '--name', name)
    rmSync(directory, { recursive: true, force: true })
  }
  if (up.code !== 0) {
    await end()
    throw new Error(`fairway up ended with ${up.code}: ${up.stderr}${up.stdout}`)
  }

  const kubectl = (...args: readonly string[]) => run('kubectl', args)
  const kubectlWith = (input: string, ...args: readonly string[]) => run('kubectl', args, { input })
  const ok = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await kubectl(...args)
    assert.equal(code, 0, `kubectl ${args.join(' ')} ended with ${code}: ${stderr}`)
    return stdout
  }
  return {
    directory,
    launcher,
    banner: up.stdout,
    narration: up.stderr,
    fairway,
    kubectl,
    kubectlWith,
    ok,
    apply: async (...manifests) => {
      const { code, stdout, stderr } = await kubectlWith(documents(...manifests), 'apply', '-f', '-')
      assert.equal(code, 0, `kubectl apply ended with ${code}: ${stderr}`)
      return stdout
    },
    shell: (line, more = {}) => run('sh', ['-c', line], { more }),
    terminal: line => {
      const started = spawnInTerminal(
        { spawn: (program, args, options) => spawn(program, args, { ...options, env, cwd: directory }) },
        ['sh', '-c', line],
        { columns: 200, rows: 50 },
      )
      return screenOf(line, started)
    },
    on: (machine, ...command) => fairway('exec', '--name', name, machine, '--', ...command),
    start: (program, ...args) => startProgram(program, args, { env, cwd: directory }),
    eventually: async (check, withinMs = 10_000) => {
      for (const end = Date.now() + withinMs; ; await delay(50)) {
        try {
          return await check()
        } catch (error) {
          if (Date.now() > end) throw error
        }
      }
    },
    [Symbol.asyncDispose]: end,
  }
}

/** Manifests as one text that kubectl reads. */
export function documents(...manifests: readonly (string | object)[]): string {
  // What begins with a brace would be taken for a stream of JSON, which has no separators.
  return manifests
    .map(manifest => `---\n${typeof manifest === 'string' ? manifest : JSON.stringify(manifest)}\n`)
    .join('')
}

interface Job {
  readonly program: string
  readonly args: readonly string[]
  readonly input: string
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

async function runProgram({ program, args, input, env, cwd }: Job): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await host.run(program, args, { input, env, cwd, timeoutMs: commandMs })
  return { code: exitCode, stdout, stderr }
}

function startProgram(
  program: string,
  args: readonly string[],
  where: { readonly env: Readonly<Record<string, string>>; readonly cwd: string },
): Running {
  const child = spawn(program, args, { ...where, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (text += String(chunk)))
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGINT')
    await closed
  }
  return { output: () => text, stop, [Symbol.asyncDispose]: stop }
}
