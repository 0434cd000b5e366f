// Keeps one running NGINX at the newest configuration it accepts, and never leaves it without one.
import type { ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { RoutingTable } from '../../network/routing.ts'
import type { KeyPair } from '../../pki/authority.ts'
import { certificatesOf } from './certificates.ts'
import { type CompiledProxy, compile } from './compile.ts'
import { ask } from './probe.ts'
import type { CertificateFiles } from './proxy-options.ts'
import { findOffenders, type Unit, unitsOf, without } from './quarantine.ts'
import { reload } from './reload.ts'
import { ReloadPace } from './reload-pace.ts'
import type { Serving } from './serving.ts'
import { createCertificateStore, type Issue } from './store-certificates.ts'

/** Everything that decides what the proxy serves. */
export interface ProxyInput {
  readonly table: RoutingTable
  /** By `namespace/name`: the pairs of the Secrets that the table names. */
  readonly secrets: ReadonlyMap<string, KeyPair>
}

export interface InstanceState {
  /** The revision that answers; undefined until the first one does. */
  readonly revision?: string
  readonly reloads: number
  readonly failures: number
  readonly lastSuccessful: boolean
  /** ms since the epoch. */
  readonly lastSuccessfulAt?: number
  /** What was left out, and why; also what the compiler refused. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface InstanceOptions {
  readonly serving: Serving
  readonly issue: Issue
  /** ms since the epoch. */
  readonly now: () => number
  readonly onState: (state: InstanceState) => void
  /** Told of failures that are retried: a full disk, an authority that does not answer. */
  readonly onProblem: (error: unknown, againInMs: number) => void
  /** What NGINX itself says. */
  readonly onOutput: (chunk: Uint8Array) => void
  /** NGINX ended without being asked to. */
  readonly onExit: (exit: { readonly code: number | null; readonly signal: NodeJS.Signals | null }) => void
}

export interface Instance {
  readonly state: InstanceState
  /** Takes effect within some tens of milliseconds; several calls in a row become one reload. */
  update(input: ProxyInput): void
  /** Resolves when everything given to `update` is in force or refused. */
  settled(): Promise<void>
  /** The master, once it runs. */
  readonly masterPid: number | undefined
  /** Lets requests finish, then ends; kills after `graceMs`. */
  stop(graceMs: number): Promise<void>
}

const retryMs = 1000
const startTimeoutMs = 10_000

export function createInstance(options: InstanceOptions): Instance {
  const { serving } = options
  const { directory, place } = serving
  const store = createCertificateStore({
    directory: join(directory, 'certificates'),
    seenAs: `${place.directory}/certificates`,
    issue: options.issue,
  })
  let state: InstanceState = { reloads: 0, failures: 0, lastSuccessful: false, diagnostics: [] }
  let child: ChildProcess | undefined
  let stopping = false
  let pending: ProxyInput | undefined
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | undefined
  const pace = new ReloadPace()
  /** What NGINX was last found to accept, but for the addresses of endpoints. */
  let acceptedShape: string | undefined
  /** The first configuration is tried without a test, which would cost as much as the start; a failure brings the test about. */
  let isTrial = true
  const waiters: (() => void)[] = []
  /** Units that NGINX refused, with what they said then. */
  const quarantined = new Map<Unit, { readonly said: string; readonly why: string }>()

  function change(next: Partial<InstanceState>): void {
    state = { ...state, ...next }
    options.onState(state)
  }

  function schedule(delayMs: number): void {
    if (timer !== undefined || working !== undefined || pending === undefined || stopping) return
    timer = setTimeout(() => {
      timer = undefined
      working = work().finally(() => {
        working = undefined
        if (pending === undefined || stopping) for (const wake of waiters.splice(0)) wake()
        else schedule(pace.waitMs(performance.now()))
      })
    }, delayMs)
  }

  async function work(): Promise<void> {
    const input = pending
    pending = undefined
    if (input === undefined) return
    try {
      await apply(input)
    } catch (error) {
      acceptedShape = undefined
      change({ lastSuccessful: false, failures: state.failures + 1 })
      options.onProblem(error, retryMs)
      // A newer input needs no retry of the old one.
      await new Promise(resolve => setTimeout(resolve, retryMs))
      pending ??= stopping ? undefined : input
    }
  }

  async function apply(input: ProxyInput): Promise<void> {
    const candidate = await prepare(input)
    if (candidate.compiled.revision === state.revision) {
      change({ diagnostics: candidate.diagnostics, lastSuccessful: true })
      return
    }
    renameSync(join(directory, 'next.conf'), join(directory, 'nginx.conf'))
    const startedAt = performance.now()
    if (child !== undefined) await reload(serving, { child, revision: candidate.compiled.revision })
    else if (isTrial) {
      const hasStarted = await start(candidate.compiled.revision).then(
        () => true,
        () => false,
      )
      isTrial = false
      if (!hasStarted) return await apply(input)
    } else await start(candidate.compiled.revision)
    pace.reloaded(startedAt)
    acceptedShape = shapeOf(candidate.compiled)
    store.keepOnly(candidate.files)
    change({
      revision: candidate.compiled.revision,
      reloads: state.reloads + 1,
      lastSuccessful: true,
      lastSuccessfulAt: options.now(),
      diagnostics: candidate.diagnostics,
    })
  }

  interface Candidate {
    readonly compiled: CompiledProxy
    readonly files: readonly CertificateFiles[]
    readonly diagnostics: readonly Diagnostic[]
  }

  /** The newest configuration that NGINX accepts, in `next.conf`; without what it refuses. */
  async function prepare({ table, secrets }: ProxyInput): Promise<Candidate> {
    const units = unitsOf(table, secrets)
    for (const [unit, { said }] of quarantined) if (units.get(unit) !== said) quarantined.delete(unit)
    let candidate = await write(without(table, new Set(quarantined.keys())), secrets)
    // What answers now was tested when it came, and other addresses of endpoints make nothing wrong. A test costs as much as a start.
    if (candidate.compiled.revision === state.revision) return withRefusals(candidate)
    if (isTrial || acceptedShape === shapeOf(candidate.compiled)) return withRefusals(candidate)
    const refusal = await test()
    if (refusal === undefined) return withRefusals(candidate)
    change({ lastSuccessful: false, failures: state.failures + 1 })
    const offenders = await findOffenders([...units.keys()], async kept => {
      await write(without(table, new Set([...units.keys()].filter(unit => !kept.has(unit)))), secrets)
      return (await test()) === undefined
    })
    if (offenders === undefined) throw new Error(`nginx refuses every configuration: ${refusal}`)
    quarantined.clear()
    for (const unit of offenders) quarantined.set(unit, { said: units.get(unit) ?? '', why: refusal })
    candidate = await write(without(table, offenders), secrets)
    return withRefusals(candidate)
  }

  async function write(table: RoutingTable, secrets: ReadonlyMap<string, KeyPair>): Promise<Candidate> {
    const certificates = await store.prepare(certificatesOf(table), secrets)
    const compiled = compile(table, { place, certificates })
    if (compiled.revision !== state.revision) writeFileSync(join(directory, 'next.conf'), compiled.text)
    return { compiled, files: [...certificates.values()], diagnostics: compiled.diagnostics }
  }

  function withRefusals(candidate: Candidate): Candidate {
    const refusals = [...quarantined].map(
      ([unit, { why }]): Diagnostic => ({
        code: 'FW440',
        severity: 'error',
        object: unit,
        message: `${unit}: NGINX refuses what it asks for: ${why}`,
        why: 'It is left out and answers 503; everything else is served.',
        fix: 'Correct the object; it is tried again as soon as it changes.',
      }),
    )
    return { ...candidate, diagnostics: [...candidate.diagnostics, ...refusals] }
  }

  /** What NGINX has against `next.conf`, or undefined. */
  async function test(): Promise<string | undefined> {
    const result = await serving.test(['-t', '-q', '-c', `${place.directory}/next.conf`], masterPid())
    if (result.exitCode === 0) return undefined
    const line = result.stderr.split('\n').find(text => text.includes('[emerg]')) ?? result.stderr
    return line.replace(/^.*\[emerg\] (\d+#\d+: )?/, '').trim()
  }

  function masterPid(): number | undefined {
    return child === undefined ? undefined : serving.masterOf(child)
  }

  async function start(revision: string): Promise<void> {
    mkdirSync(directory, { recursive: true })
    const started = serving.start(['-c', `${place.directory}/nginx.conf`])
    child = started
    started.stderr?.on('data', (chunk: Uint8Array) => options.onOutput(chunk))
    const ended = new Promise<never>((_, reject) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        if (child !== started) return
        child = undefined
        reject(new Error(`nginx ended with ${signal ?? code}`))
        if (!isTrial) options.onExit({ code, signal })
      }
      started.once('exit', end)
      started.once('error', () => end(127, null))
    })
    // Later it is `onExit` that tells of the end.
    ended.catch(() => {})
    const deadline = performance.now() + startTimeoutMs
    while (performance.now() < deadline) {
      const answer = ask(() => serving.connect(place.ports.status), { path: '/revision', timeoutMs: 500 })
      if ((await Promise.race([answer, ended])) === revision) return
      await Promise.race([new Promise(resolve => setTimeout(resolve, 4)), ended])
    }
    throw new Error(`nginx does not answer on its status port ${place.ports.status} within ${startTimeoutMs} ms`)
  }

  mkdirSync(directory, { recursive: true })
  rmSync(join(directory, 'next.conf'), { force: true })

  return {
    get state() {
      return state
    },
    get masterPid() {
      return masterPid()
    },
    update(input) {
      pending = input
      schedule(pace.waitMs(performance.now()))
    },
    settled() {
      if (pending === undefined && working === undefined) return Promise.resolve()
      return new Promise(resolve => waiters.push(resolve))
    },
    async stop(graceMs) {
      stopping = true
      clearTimeout(timer)
      const running = child
      if (running === undefined) return
      const ended = new Promise<void>(resolve => running.once('exit', () => resolve()))
      const master = serving.masterOf(running)
      if (master !== undefined) signal(master, 'SIGQUIT')
      const kill = setTimeout(() => signal(master ?? -(running.pid ?? 0), 'SIGKILL'), graceMs)
      await ended
      clearTimeout(kill)
    },
  }
}

/** The configuration without the addresses of endpoints, which are written from parsed addresses and cannot be refused. */
function shapeOf({ text, revision }: CompiledProxy): string {
  return createHash('sha256')
    .update(text.replaceAll(revision, '').replaceAll(/^ *server [^{]*;$/gm, ''))
    .digest('base64')
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (pid === 0) return
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself in this moment.
  }
}
