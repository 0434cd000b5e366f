// A lab as a user starts it, for measuring: `fairway up`, `exec`, kubectl, `down`.
import { spawn } from 'node:child_process'
import { closeSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { enterCommand } from '../../src/lab/daemon/enter.ts'
import { type DaemonRecord, runningDaemon, stateDirectory } from '../../src/lab/daemon/state-directory.ts'
import { childrenOf } from '../../src/sys/processes.ts'
import type { Bench } from '../bench-context.ts'
import { type Ended, mustRun, type ProgramOptions, runToEnd } from '../run-program.ts'

export interface LabOptions {
  readonly bench: Bench
  readonly name: string
  /** Relative to the checkout. */
  readonly folder: string
  /** A URL that the laptop gets a 200 from as soon as the lab is up. */
  readonly url: string
  /** Nothing that an earlier start compiled is there. */
  readonly cold?: boolean
}

const upTimeoutMs = 120_000
const firstAnswerTimeoutMs = 30_000

export class BenchLab {
  readonly name: string
  /** From the start of `fairway up` to its end. */
  readonly upMs: number
  /** From the start of `fairway up` to the end of the first curl that saw a 200. */
  readonly firstAnswerMs: number
  readonly record: DaemonRecord
  readonly #bench: Bench
  readonly #kubeconfig: string
  #isDown = false

  static async start(options: LabOptions): Promise<BenchLab> {
    const { bench, name, folder, url } = options
    if (options.cold === true) rmSync(bench.compileCache, { recursive: true, force: true })
    const startedAt = performance.now()
    const up = [join(bench.home, 'fairway'), 'up', join(bench.home, folder), '--name', name, '--detach', '--port', '0']
    const ended = await runToEnd(up, { env: bench.environment, timeoutMs: upTimeoutMs })
    const upMs = performance.now() - startedAt
    const record = runningDaemon(stateDirectory(join(bench.directory, 'labs'), name))
    if (record === undefined) throw new Error(`${up.join(' ')} ended with ${ended.code}: ${ended.stderr.slice(-2000)}`)
    for (;;) {
      const curl = ['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', '--max-time', '2', url]
      const { stdout } = await runToEnd(execCommand(bench, { name, machine: 'laptop', argv: curl }), {
        env: bench.environment,
      })
      const firstAnswerMs = performance.now() - startedAt
      if (stdout === '200') return new BenchLab({ bench, name, record, upMs, firstAnswerMs })
      if (firstAnswerMs > upMs + firstAnswerTimeoutMs)
        throw new Error(
          `${url} answers ${stdout} ${firstAnswerTimeoutMs} ms after 'up'; ${ended.stdout}${ended.stderr}`,
        )
    }
  }

  private constructor(parts: {
    readonly bench: Bench
    readonly name: string
    readonly record: DaemonRecord
    readonly upMs: number
    readonly firstAnswerMs: number
  }) {
    this.#bench = parts.bench
    this.name = parts.name
    this.record = parts.record
    this.upMs = parts.upMs
    this.firstAnswerMs = parts.firstAnswerMs
    this.#kubeconfig = join(parts.bench.directory, 'labs', parts.name, 'kubeconfig')
  }

  /** What runs a program as one of the machines, for `bench.environment`. */
  execCommand(machine: string, argv: readonly string[]): readonly string[] {
    return execCommand(this.#bench, { name: this.name, machine, argv })
  }

  exec(machine: string, argv: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
    return mustRun(this.execCommand(machine, argv), { ...options, env: this.#bench.environment })
  }

  kubectl(args: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
    return mustRun(['kubectl', ...args], { ...options, env: this.#kubectlEnvironment() })
  }

  async read<T>(args: readonly string[]): Promise<T> {
    return JSON.parse((await this.kubectl(['get', ...args, '-o', 'json'])).stdout) as T
  }

  /** Starts a program in a pod's network, with the files of the host. It ends with the lab, if not before. */
  startInPod(pod: { readonly namespace: string; readonly name: string }, argv: readonly string[]): void {
    const door = { namespacePath: `/run/netns/${this.#namespaceOf(pod)}`, prefix: [] }
    const [program = '', ...args] = enterCommand(this.record, door, argv)
    const log = openSync(join(this.#bench.directory, `${this.name}-programs.log`), 'a')
    const child = spawn(program, args, { stdio: ['ignore', log, log] })
    closeSync(log)
    // Not a reason for this program to go on.
    child.unref()
  }

  /** What `/proc/PID/ns/net` says of the pod's processes. */
  networkOf(pod: { readonly namespace: string; readonly name: string }): string {
    const path = `/proc/${this.#firstProcess()}/root/run/netns/${this.#namespaceOf(pod)}`
    return `net:[${statSync(path).ino}]`
  }

  #namespaceOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
    const names = readdirSync(`/proc/${this.#firstProcess()}/root/run/netns`)
    const found = names.find(candidate => candidate.startsWith(`${namespace}.${name}.`))
    if (found === undefined) throw new Error(`pod ${namespace}/${name} has no network namespace`)
    return found
  }

  /** Process 1 of the lab, as this side counts. */
  #firstProcess(): number {
    const [first] = childrenOf(this.record.supervisor.pid)
    if (first === undefined) throw new Error(`lab ${this.name} has ended`)
    return first
  }

  #kubectlEnvironment() {
    // A home of its own keeps kubectl's cache of discovery apart from the user's.
    return { KUBECONFIG: this.#kubeconfig, HOME: this.#bench.directory }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDown) return
    this.#isDown = true
    await mustRun([join(this.#bench.home, 'fairway'), 'down', '--name', this.name], { env: this.#bench.environment })
  }
}

function execCommand(
  bench: Bench,
  { name, machine, argv }: { readonly name: string; readonly machine: string; readonly argv: readonly string[] },
): readonly string[] {
  return [join(bench.home, 'fairway'), 'exec', '--name', name, machine, '--', ...argv]
}
