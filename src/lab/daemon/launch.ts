// How the daemon is started on the host: in namespaces of its own, holding sockets of the host's loopback, leaving nothing behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, renameSync, statSync } from 'node:fs'
import { Duplex } from 'node:stream'
import { takeFileLock } from '../../sys/file-lock.ts'
import { SystemCallError } from '../../sys/libc.ts'
import { identify } from '../../sys/processes.ts'
import { exitCodeOf, searchPath } from '../../sys/programs.ts'
import { openTcpListener, portOf } from '../../sys/sockets.ts'
import { type DaemonOrders, leashDescriptor, onMessages, ordersVariable, send } from './leash.ts'
import {
  clearRuntimeFiles,
  createStateDirectory,
  type DaemonRecord,
  ForeignStateDirectory,
  runningDaemon,
  type StateDirectory,
  writeDaemonRecord,
} from './state-directory.ts'
import { killLab } from './stop.ts'

export interface LaunchOptions {
  readonly state: StateDirectory
  /** Program and arguments of the daemon, which calls `takeLeash` first of all. */
  readonly command: readonly string[]
  /** Sockets to make on 127.0.0.1. A taken port fails, unless `fallback` allows any free one. */
  readonly sockets: Readonly<Record<string, { readonly port: number; readonly fallback: boolean }>>
  /** JSON for the daemon. */
  readonly settings: unknown
  /** Outlives the launching process. */
  readonly detached: boolean
  /** Everything the daemon reports, in order. */
  readonly onReport: (message: unknown) => void
}

export type Launch =
  | { readonly kind: 'launched'; readonly daemon: LaunchedDaemon }
  /** The record is missing while another launch is under way. */
  | { readonly kind: 'runs already'; readonly record?: DaemonRecord }
  | { readonly kind: 'port taken'; readonly socket: string; readonly port: number }
  /** The namespaces could not be made; the end of the log says why. */
  | { readonly kind: 'no namespaces' }
  /** The state directory cannot be made or written. */
  | { readonly kind: 'no state'; readonly why: string }

export interface LaunchedDaemon {
  readonly record: DaemonRecord
  /** Resolves when everything of the lab is gone. */
  readonly exited: Promise<number>
  /** Ends a daemon that is not detached: gracefully, and by force after `graceMs`. */
  stop(graceMs: number): Promise<void>
  /** Leaves a detached daemon to itself, so that this process can end. */
  release(): void
}

/** The log is put aside when it is larger. */
const largestLogBytes = 8 * 1024 * 1024

/**
 * The first process of the namespaces. Being a shell that waits, it collects orphans; as soon as the daemon ends,
 * however it ends, so does the shell, and the kernel then kills every other process of the namespaces.
 */
const firstProcess = '"$@" & wait $!'

export function launchDaemon(options: LaunchOptions): Launch {
  const { state } = options
  // The child has its own copies of everything that is opened here.
  using opened = new DisposableStack()
  const entered = enterStateDirectory(state, opened)
  if ('kind' in entered) return entered
  const { lock, log } = entered
  const listeners: { name: string; fd: number; port: number }[] = []
  for (const [name, { port, fallback }] of Object.entries(options.sockets)) {
    const fd = listen(port, fallback)
    if (fd === undefined) return { kind: 'port taken', socket: name, port }
    opened.adopt(fd, closeSync)
    listeners.push({ name, fd, port: portOf(fd) })
  }
  const first = leashDescriptor + 1
  const orders: DaemonOrders = {
    lab: state.lab,
    statePath: state.path,
    detached: options.detached,
    sockets: Object.fromEntries(listeners.map(({ name, port }, index) => [name, { fd: first + index, port }])),
    settings: options.settings,
  }
  const rootless = process.getuid?.() !== 0
  const child = spawn('unshare', [...unshareArguments(rootless), 'sh', '-c', firstProcess, 'sh', ...options.command], {
    stdio: ['ignore', log, log, 'pipe', ...listeners.map(({ fd }) => fd), lock],
    env: { ...searchPath(), [ordersVariable]: JSON.stringify(orders) },
    cwd: '/',
    // A session of its own: Ctrl-C goes to the launching command, which then asks the daemon to stop.
    detached: true,
  })
  const daemon = superviseDaemon(child, { options, rootless, listeners })
  return daemon === undefined ? { kind: 'no namespaces' } : { kind: 'launched', daemon }
}

function enterStateDirectory(state: StateDirectory, opened: DisposableStack): { lock: number; log: number } | Launch {
  try {
    createStateDirectory(state)
    const lock = takeFileLock(state.lock)
    if (lock === undefined) {
      const record = runningDaemon(state)
      return { kind: 'runs already', ...(record === undefined ? {} : { record }) }
    }
    opened.adopt(lock, closeSync)
    clearRuntimeFiles(state)
    return { lock, log: opened.adopt(openLog(state.log), closeSync) }
  } catch (error) {
    if (!isRefusal(error)) throw error
    return { kind: 'no state', why: error.message }
  }
}

function isRefusal(error: unknown): error is Error {
  if (error instanceof SystemCallError || error instanceof ForeignStateDirectory) return true
  return error instanceof Error && 'syscall' in error
}

function unshareArguments(rootless: boolean): readonly string[] {
  // --kill-child: the first process dies with unshare, whatever happens to that.
  const common = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', '--']
  return rootless ? ['--user', '--map-root-user', ...common] : common
}

interface Supervision {
  readonly options: LaunchOptions
  readonly rootless: boolean
  readonly listeners: readonly { readonly name: string; readonly port: number }[]
}

/** Undefined when it has ended already. */
function superviseDaemon(
  child: ChildProcess,
  { options, rootless, listeners }: Supervision,
): LaunchedDaemon | undefined {
  const { state } = options
  const leash = child.stdio[leashDescriptor]
  if (child.pid === undefined || !(leash instanceof Duplex)) {
    child.on('error', () => {})
    throw new Error('cannot start unshare, which makes the namespaces; it comes with the Debian package util-linux')
  }
  const supervisor = identify(child.pid)
  if (supervisor === undefined) {
    leash.on('error', () => {})
    return undefined
  }
  const record: DaemonRecord = {
    supervisor,
    ports: Object.fromEntries(listeners.map(({ name, port }) => [name, port])),
    rootless,
    startedAt: Date.now(),
  }
  writeDaemonRecord(state, record)
  // It runs already: what may still be reported is a signal that came too late, and its end is reported in any case.
  child.on('error', () => {})
  leash.on('error', () => {})
  onMessages(leash, options.onReport)
  // Only now may it begin: whoever looks for a running lab can find it from here on.
  send(leash, { kind: 'go' })
  const exited = new Promise<number>(resolve => {
    child.once('exit', (code, signal) => {
      clearRuntimeFiles(state)
      resolve(exitCodeOf(code, signal))
    })
  })
  return {
    record,
    exited,
    stop: async graceMs => {
      leash.destroy()
      const timer = setTimeout(() => killLab(record), graceMs)
      await exited
      clearTimeout(timer)
    },
    release: () => {
      leash.destroy()
      child.unref()
    },
  }
}

function listen(port: number, fallback: boolean): number | undefined {
  try {
    return openTcpListener({ port, address: '127.0.0.1' })
  } catch (error) {
    if (!(error instanceof SystemCallError) || error.code !== 'EADDRINUSE') throw error
    return fallback && port !== 0 ? openTcpListener({ port: 0, address: '127.0.0.1' }) : undefined
  }
}

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > largestLogBytes) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}
