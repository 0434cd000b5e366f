// `fairway up`: starts a lab from a folder, or brings a running one up to date with it.
import { readFileSync, statSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { printText } from '../../diagnostics/print-text.ts'
import type { Launch } from '../../lab/daemon/launch.ts'
import { removeStateDirectory, runningDaemon, type StateDirectory } from '../../lab/daemon/state-directory.ts'
import { banner } from '../banner.ts'
import { type Command, exit, type Io, UndecidedError, UsageError } from '../command.ts'
import { daemonCommand } from '../daemon-command.ts'
import { ensureMachine } from '../ensure-machine.ts'
import { explainNamespaces } from '../explain-namespaces.ts'
import { findRunningLab, stateOf } from '../find-lab.ts'
import type { DaemonReport, LabSettings, LabStatus } from '../lab-calls.ts'
import { type Progress, progressOn } from '../progress.ts'
import { readInput } from '../read-input.ts'
import { siteNameIn } from '../site-name.ts'

/** The port of the API server on the host's loopback, when it is free. */
const apiPort = 6443
const graceMs = 10_000
/** What a shell answers for a program that Ctrl-C has ended: 128 and the number of SIGINT. */
const interrupted = 130

export const up: Command = {
  name: 'up',
  summary: 'Start a lab: the whole network on this machine, with real packets',
  usage: `Usage: fairway up FOLDER [--name LAB] [--detach] [--fresh] [--port PORT]

FOLDER holds a site.yaml (kind Site) and manifests. The lab runs until Ctrl-C, which removes everything; with --detach it goes on
until 'fairway down'. A lab whose daemon was killed is resumed with all that was written to its API server.

  --name LAB    name of the lab (default: the site's name); labs of different names run side by side
  --detach      leave the lab running and return
  --fresh       forget the state of an earlier run
  --port PORT   port of the API server on 127.0.0.1 (default ${apiPort}, or any free one)

Exit code: 0 the lab is up; 1 it is up but the folder has errors; 2 the folder cannot be read; 3 this machine lacks something.`,
  async run(args, io) {
    const started = performance.now()
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        detach: { type: 'boolean' },
        fresh: { type: 'boolean' },
        port: { type: 'string' },
      },
    })
    const [folder, ...others] = positionals
    if (folder === undefined || others.length > 0) throw new UsageError('say which folder: fairway up scenarios/anton')
    if (values.port !== undefined && !/^\d{1,5}$/.test(values.port))
      throw new UsageError(`--port takes a port number, not ${JSON.stringify(values.port)}`)
    const input = isAbsolute(folder) ? folder : resolve(io.cwd, folder)
    const name = values.name ?? siteNameIn(await readInput(folder, io))
    if (name === undefined)
      throw new UsageError(
        `no Site in ${folder}: a file with 'kind: Site' says which machines there are; see docs/site.md`,
      )
    const state = stateOf(name, io)

    if (runningDaemon(state) !== undefined) {
      if (values.fresh === true)
        throw new UndecidedError(`lab ${name} is running; end it first: fairway down --name ${name}`)
      return await bringUpToDate(state, folder, io)
    }
    ensureMachine(io)
    if (values.fresh === true) removeStateDirectory(state)
    return await start(state, {
      io,
      settings: { input, cwd: io.cwd },
      detached: values.detach === true,
      socket: { port: Number(values.port ?? apiPort), fallback: values.port === undefined },
      started,
    })
  },
}

interface StartOptions {
  readonly io: Io
  readonly settings: LabSettings
  readonly detached: boolean
  readonly socket: { readonly port: number; readonly fallback: boolean }
  /** When the command began, of `performance.now()`. */
  readonly started: number
}

async function start(state: StateDirectory, options: StartOptions): Promise<number> {
  const { io, settings, detached } = options
  // Calls the C library, so it can be loaded only where `ensureMachine` had no objection.
  const { launchDaemon } = await import('../../lab/daemon/launch.ts')
  const progress = progressOn(io)
  const isNew = !hasState(state)
  const outcome = Promise.withResolvers<DaemonReport>()
  const diagnostics: Diagnostic[] = []
  let hasBegun = false
  const launch = launchDaemon({
    state,
    command: daemonCommand(),
    sockets: { api: options.socket },
    settings,
    detached,
    onReport: message => {
      const report = message as DaemonReport
      hasBegun = true
      if (report.kind === 'progress') progress.step(report.text)
      else if (report.kind === 'diagnostics') diagnostics.push(...report.diagnostics)
      else if (report.kind === 'ready' || report.kind === 'failed') outcome.resolve(report)
    },
  })
  if (launch.kind !== 'launched') {
    const message = refusal(launch, state)
    if (isNew && launch.kind !== 'runs already') removeStateDirectory(state)
    throw new UndecidedError(message)
  }
  const { daemon } = launch
  const stop = interruption()
  const first = await Promise.race([
    outcome.promise,
    daemon.exited.then(
      (code): DaemonReport => ({
        kind: 'failed',
        exitCode: exit.undecided,
        message: hasBegun
          ? `the lab's daemon ended with ${code}; its log says why: ${state.log}`
          : whyNoNamespaces(state),
      }),
    ),
    stop.then((): DaemonReport => ({ kind: 'failed', exitCode: interrupted, message: 'interrupted' })),
  ])
  progress.end()
  printDiagnostics(diagnostics, { io, input: settings.input })
  if (first.kind !== 'ready') {
    const isInterrupted = first.kind === 'failed' && first.exitCode === interrupted
    // A start that is broken off has nothing to bring to an end, and what it has written so far is nobody's work.
    await daemon.stop(isInterrupted ? 0 : graceMs)
    if (isInterrupted && isNew) removeStateDirectory(state)
    if (first.kind === 'failed') io.note(`fairway: ${first.message}`)
    return first.kind === 'failed' ? first.exitCode : exit.undecided
  }
  announce(first.status, { io, ms: performance.now() - options.started })
  const code = first.status.diagnostics.some(found => found.severity === 'error') ? exit.bad : exit.good
  if (detached) {
    daemon.release()
    return code
  }
  return await stayUntilTheEnd(daemon, { stop, state, io, progress, code })
}

function refusal(launch: Exclude<Launch, { kind: 'launched' }>, state: StateDirectory): string {
  switch (launch.kind) {
    case 'port taken':
      return `port ${launch.port} on 127.0.0.1 is taken; choose another with --port`
    case 'runs already':
      return `lab ${state.lab} is being started or ended by somebody else at this moment`
    case 'no namespaces':
      return whyNoNamespaces(state)
    case 'no state':
      return `cannot use the state directory ${state.path}: ${launch.why}; FAIRWAY_STATE_DIR names another place`
  }
}

/** The daemon speaks as soon as it is in its namespaces, so one that never spoke was not let in. */
function whyNoNamespaces(state: StateDirectory): string {
  const setting = (name: string) => {
    try {
      return readFileSync(`/proc/sys/${name}`, 'utf8').trim()
    } catch {
      // Not every kernel has every switch.
      return undefined
    }
  }
  const lastLine = readFileSync(state.log, 'utf8').trimEnd().split('\n').at(-1) ?? ''
  const said = /^(unshare|mount): /.test(lastLine) ? lastLine : ''
  return explainNamespaces({ rootless: process.getuid?.() !== 0, said, setting })
}

interface Stay {
  readonly stop: Promise<void>
  readonly state: StateDirectory
  readonly io: Io
  readonly progress: Progress
  readonly code: number
}

async function stayUntilTheEnd(
  daemon: { readonly exited: Promise<number>; stop(graceMs: number): Promise<void> },
  { stop, state, io, code }: Stay,
): Promise<number> {
  io.note('\nPress Ctrl-C to end the lab.')
  const ending = await Promise.race([stop.then(() => 'asked' as const), daemon.exited.then(() => 'by itself' as const)])
  if (ending === 'asked') {
    io.note('\nending the lab …')
    await daemon.stop(graceMs)
    removeStateDirectory(state)
    io.note(`lab ${state.lab} is down`)
    return code
  }
  if (runningDaemon(state) === undefined && !hasState(state)) {
    io.note(`lab ${state.lab} was ended from elsewhere`)
    return code
  }
  io.note(`fairway: the lab's daemon ended unexpectedly; its log says why: ${state.log}`)
  io.note(`Its state is kept: 'fairway up' resumes it, 'fairway down --name ${state.lab}' removes it.`)
  return exit.undecided
}

function hasState(state: StateDirectory): boolean {
  return statSync(state.database, { throwIfNoEntry: false }) !== undefined
}

/** `up` on a running lab: what has changed in the folder is applied, the rest is left alone. */
async function bringUpToDate(state: StateDirectory, folder: string, io: Io): Promise<number> {
  const { control } = findRunningLab(state.lab, io)
  const files = await readInput(folder, io)
  io.note(`lab ${state.lab} runs already; applying what has changed in ${folder}`)
  const { diagnostics, site } = await control.call('apply', { files })
  printDiagnostics(diagnostics, { io, input: folder })
  if (site === 'unusable') {
    io.note(`fairway: the site cannot be built; its errors are above. Lab ${state.lab} goes on as it was.`)
    return exit.usage
  }
  if (site === 'changed') {
    io.note(
      `The site's machines or ranges have changed, which a running lab cannot take up: 'fairway down --keep --name ${state.lab}', then 'fairway up' again.`,
    )
  }
  const status = await control.call('status', null)
  announce(status, { io })
  return diagnostics.some(found => found.severity === 'error') ? exit.bad : exit.good
}

function announce(status: LabStatus, { io, ms }: { readonly io: Io; readonly ms?: number }): void {
  io.out(banner(status, { color: io.color, ...(ms === undefined ? {} : { ms }) }))
}

/** Errors whole; of warnings what and how to mend it; hints are for `check`, which says all of it. */
function printDiagnostics(
  diagnostics: readonly Diagnostic[],
  { io, input }: { readonly io: Io; readonly input: string },
): void {
  const shown = diagnostics.flatMap((found): Diagnostic[] => {
    if (found.severity === 'error') return [found]
    if (found.severity === 'info') return []
    const { why: _, ...rest } = found
    return [rest]
  })
  if (shown.length > 0) io.note(printText(shown, { color: io.color }).trimEnd())
  if (diagnostics.some(found => found.severity !== 'error')) {
    io.note(`'fairway check ${relative(io.cwd, input) || '.'}' says why.\n`)
  }
}

/** Resolves at the first Ctrl-C or SIGTERM. */
function interruption(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
