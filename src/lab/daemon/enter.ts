// How a command of the host gets into a machine of a running lab: its namespaces, its files, its end.
import { spawn } from 'node:child_process'
import { childrenOf, identify, signalProcess } from '../../sys/processes.ts'
import { exitCodeOf } from '../../sys/programs.ts'
import type { DaemonRecord } from './state-directory.ts'

export interface Doorway {
  /** The machine's or pod's network namespace as the daemon sees it: `/run/netns/laptop`. */
  readonly namespacePath: string
  /** What comes before the command inside: `machine.command([])`. */
  readonly prefix: readonly string[]
}

/**
 * Terminal keys reach every process of the foreground. The ones that only wait must not end from them, so they ignore
 * them, and the program proper gets the ordinary handling back.
 */
const keySignals = 'INT,QUIT'
const ignoringKeys = `trap '' INT QUIT; exec "$@"`
/** The working directory may not exist inside, as when it is below /run. */
const inDirectory = 'cd -- "$1" 2>/dev/null || cd /; shift; exec "$@"'

/** The arguments that run `argv` in the machine, to be started on the host by the user who started the lab. */
export function enterCommand(record: DaemonRecord, door: Doorway, argv: readonly string[]): readonly string[] {
  const [first] = childrenOf(record.supervisor.pid)
  if (first === undefined) throw new Error('the lab has just ended; start it again with `fairway up`')
  const user = record.rootless ? ['--user', '--preserve-credentials'] : []
  return [
    ...['sh', '-c', ignoringKeys, 'sh'],
    ...[
      'nsenter',
      '--target',
      `${first}`,
      ...user,
      '--mount',
      // Entering a mount namespace leads to its top; where the lab was started in a chroot, that is somewhere else.
      '--root',
      `--wd=/proc/${first}/root`,
      '--pid',
      `--net=/proc/${first}/root${door.namespacePath}`,
      '--',
    ],
    ...door.prefix,
    ...['env', `--default-signal=${keySignals}`],
    ...['sh', '-c', inDirectory, 'sh', process.cwd()],
    ...argv,
  ]
}

/** Runs the command with our own terminal, input and outputs. Answers its exit code; 128 and the number after a signal. */
export async function runEntered(command: readonly string[]): Promise<number> {
  const [program = '', ...args] = command
  // Ours, and not for a Node that somebody runs in there.
  const { NODE_COMPILE_CACHE: _ours, ...env } = process.env
  const child = spawn(program, args, { stdio: 'inherit', env })
  const forwarded = ['SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const
  const forward = (signal: NodeJS.Signals) => passOn(child.pid, signal)
  // From a terminal they reach the program by themselves.
  const fromKeys = (signal: NodeJS.Signals) => {
    if (!process.stdin.isTTY) forward(signal)
  }
  for (const signal of forwarded) process.on(signal, forward)
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, fromKeys)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', error => reject(new Error(`cannot start ${program}: ${error.message}`, { cause: error })))
      child.once('exit', (code, signal) => resolve(exitCodeOf(code, signal)))
    })
  } finally {
    for (const signal of forwarded) process.off(signal, forward)
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.off(signal, fromKeys)
  }
}

/** nsenter waits for the program and does not pass signals on, so they go straight to its child. */
function passOn(waiter: number | undefined, signal: NodeJS.Signals): void {
  if (waiter === undefined) return
  const target = identify(childrenOf(waiter)[0] ?? waiter)
  if (target !== undefined) signalProcess(target, signal)
}
