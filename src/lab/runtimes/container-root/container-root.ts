// How does a container run as real processes: a root of its own, and namespaces for mounts, host name, IPC and processes?
import type { ChildProcess } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { ExecOptions, ExecSession } from '../../../apiserver/pod-streams.ts'
import { collectOutput } from '../../kubelet/probes/collect-output.ts'
import type { ContainerContext, ContainerExit } from '../../runtime.ts'
import { allowLowPorts } from '../../topology/settings.ts'
import { type Rights, rightsOf } from './capabilities.ts'
import { startProgram } from './program.ts'
import { prepareApplets, writeBusyboxRoot, writeNetworkFiles } from './root-files.ts'
import { enterScript, idleScript, setupScript } from './setup-script.ts'

export type RootBase = 'busybox' | 'host'

export interface RootOptions {
  readonly base: RootBase
  /** Shared by all containers of the lab. */
  readonly sharedDirectory: string
  /** PEM of the authorities that programs inside trust. */
  readonly trustedCertificates?: string
  /** The main program; without one, the root waits for programs that are run in it. */
  readonly command?: readonly string[]
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * After SIGKILL the kernel ends a container only when all its processes have been waited for. One whose parent outside was
 * killed has nobody who does; nothing of it runs any more, so nobody needs to wait either.
 */
const killedMs = 1000

export class ContainerRoot {
  /** How the main program ended. */
  readonly exited: Promise<ContainerExit>
  /** The main program's stdio. */
  readonly main: ExecSession
  readonly #context: ContainerContext
  readonly #applets: string
  readonly #workingDirectory: string
  readonly #env: Record<string, string>
  readonly #rights: Rights
  /** Process 1 as this process sees it; undefined when the set-up failed or the program is not there. */
  readonly #pid: Promise<number | undefined>
  readonly #giveUp: () => void
  #complaint: () => string = () => ''
  #ended = false

  private constructor(context: ContainerContext, options: RootOptions) {
    this.#context = context
    const { pod, container, directory, resolvConf, hosts, hostname = pod.metadata.name } = context
    this.#applets = prepareApplets(options.sharedDirectory)
    const root = join(directory, `root-${container.name}`)
    const files = {
      resolvConf,
      hosts,
      hostname,
      ...(options.trustedCertificates !== undefined && { trustedCertificates: options.trustedCertificates }),
    }
    // A container starts afresh, as in Kubernetes; and no link that it left can lead its next set-up outside.
    for (const path of [root, `${root}.work`, `${root}.view`]) rmSync(path, { recursive: true, force: true })
    mkdirSync(root, { recursive: true })
    if (options.base === 'busybox') writeBusyboxRoot(root, files)
    else writeNetworkFiles(root, files)
    this.#workingDirectory = container.workingDir ?? '/'
    this.#env = {
      HOSTNAME: hostname,
      HOME: '/root',
      ...(container.tty === true && { TERM: 'xterm' }),
      ...context.env,
      PATH: context.env.PATH ?? defaultPath,
    }
    const mounts = (context.mounts?.() ?? []).flatMap(({ source, target, readOnly }) => [
      source,
      target,
      readOnly ? 'ro' : 'rw',
    ])
    this.#rights = rightsOf(container)
    const isMain = options.command !== undefined
    allowLowPorts(context.namespace)
    const started = startProgram(context.namespace, {
      command: [
        ...this.#rights.prefix,
        'unshare', '--mount', '--uts', '--ipc', '--pid', '--fork', '--kill-child', '--',
        join(this.#applets, 'busybox'), 'sh', '-c', setupScript, 'setup',
        this.#applets, root, options.base, hostname, this.#workingDirectory, ...mounts, '--',
        ...(options.command ?? ['/bin/busybox', 'sh', '-c', idleScript]),
      ], // biome-ignore format: one command line
      env: {
        ...this.#env,
        PATH: process.env.PATH ?? defaultPath,
        CONTAINER_PATH: this.#env.PATH ?? defaultPath,
        CONTAINER_TAKEN: this.#rights.taken,
      },
      tty: isMain && container.tty === true,
      stdin: isMain && container.stdin === true,
      isReporting: true,
    })
    this.main = started.session
    this.#pid = readPid(started.report)
    // Of a root without a main program nobody else reads the outputs; they say only what went wrong in making it.
    if (!isMain) this.#complaint = collectOutput(started.session, 2000)
    const ended = started.session.exit.then(async exit => {
      this.#ended = true
      const isUp = (await this.#pid) !== undefined
      return isUp ? containerExit(exit, started.child) : startError(exit, options.command?.[0] ?? '')
    })
    const { promise: givenUp, resolve } = Promise.withResolvers<ContainerExit>()
    this.#giveUp = () => resolve({ exitCode: 137, signal: 9, reason: 'Error' })
    this.exited = Promise.race([ended, givenUp])
  }

  static start(context: ContainerContext, options: RootOptions): ContainerRoot {
    return new ContainerRoot(context, options)
  }

  async exec({ command, tty, stdin }: ExecOptions): Promise<ExecSession> {
    const pid = await this.#pid
    if (pid === undefined || this.#ended) throw new Error(`the container is not running. ${this.#complaint()}`.trim())
    return startProgram(this.#context.namespace, {
      command: [
        ...this.#rights.prefix,
        'nsenter', '--target', String(pid), '--mount', '--uts', '--ipc', '--pid', '--no-fork', '--',
        '/bin/busybox', 'sh', '-c', enterScript, 'sh', this.#workingDirectory, ...command,
      ], // biome-ignore format: one command line
      env: { ...this.#env, ...(tty && { TERM: 'xterm' }), CONTAINER_TAKEN: this.#rights.taken },
      tty,
      stdin,
      isReporting: false,
    }).session
  }

  /** SIGTERM to process 1, SIGKILL after `graceMs`; the kernel then ends every other process of the container. */
  async stop(graceMs: number): Promise<void> {
    const pid = await this.#pid
    if (this.#ended) return
    if (pid === undefined) this.main.kill()
    else signal(pid, 'SIGTERM')
    const timer = setTimeout(() => {
      if (pid === undefined || this.#ended) this.main.kill()
      else signal(pid, 'SIGKILL')
    }, graceMs)
    const enough = Promise.withResolvers<void>()
    const limit = setTimeout(enough.resolve, graceMs + killedMs)
    await Promise.race([this.exited, enough.promise])
    clearTimeout(timer)
    clearTimeout(limit)
    this.#giveUp()
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself in this moment.
  }
}

/** The line comes when the program is about to start. Until its very end, somebody else may hold the descriptor. */
function readPid(report: Readable | undefined): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>()
  let text = ''
  const finish = () => {
    resolve(/^\d+\n/.test(text) ? Number.parseInt(text, 10) : undefined)
    report?.destroy()
  }
  report?.on('data', chunk => {
    text += String(chunk)
    if (text.includes('\n')) finish()
  })
  report?.on('error', finish).on('end', finish).on('close', finish)
  return promise
}

function startError(exit: Awaited<ExecSession['exit']>, program: string): ContainerExit {
  const message =
    'failed' in exit ? exit.failed
    : exit.code === 127 ? `exec: ${JSON.stringify(program)}: executable file not found in $PATH`
    : `the container could not be set up (${exit.code}); its log says why` // biome-ignore format: a table
  return { exitCode: 128, reason: 'StartError', message }
}

function containerExit(exit: Awaited<ExecSession['exit']>, child: ChildProcess): ContainerExit {
  if ('failed' in exit) return { exitCode: 128, reason: 'StartError', message: exit.failed }
  const { code } = exit
  const signalNumber =
    child.signalCode === null
      ? code > 128 && code < 193
        ? code - 128
        : undefined
      : constants.signals[child.signalCode]
  return {
    exitCode: signalNumber === undefined ? code : 128 + signalNumber,
    ...(child.signalCode !== null && signalNumber !== undefined && { signal: signalNumber }),
    reason: code === 0 ? 'Completed' : 'Error',
  }
}
