// How does one program of a container become a session that streams can be joined to, with a terminal or without?
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { constants } from 'node:os'
import { PassThrough, Readable, Writable } from 'node:stream'
import type { ExecSession } from '../../../apiserver/pod-streams.ts'
import { childrenOf } from '../../../sys/processes.ts'
import { spawnInTerminal } from '../../../sys/pty.ts'
import type { Runner } from '../../../sys/runner.ts'

export interface ProgramOptions {
  readonly command: readonly string[]
  /** The whole environment; nothing of this process's own is passed on. */
  readonly env: Readonly<Record<string, string>>
  readonly tty: boolean
  readonly stdin: boolean
  /** Opens descriptor 3 for the program to report on. */
  readonly isReporting?: boolean
}

export interface Program {
  readonly child: ChildProcess
  readonly session: ExecSession
  readonly report: Readable | undefined
}

/** How long a killed program's parent may take to notice. */
const orderlyMs = 200

/** Never throws: a program that cannot be started ends with `failed`. */
export function startProgram(runner: Pick<Runner, 'spawn'>, options: ProgramOptions): Program {
  return options.tty ? startInTerminal(runner, options) : startWithPipes(runner, options)
}

function startWithPipes(runner: Pick<Runner, 'spawn'>, options: ProgramOptions): Program {
  const { command, env, stdin, isReporting = false } = options
  const [file = '', ...args] = command
  const child = runner.spawn(file, args, {
    stdio: [stdin ? 'pipe' : 'ignore', 'pipe', 'pipe', ...(isReporting ? (['pipe'] as const) : [])],
    env: { ...env },
    // A session of its own, so that everything it starts can be ended together.
    detached: true,
  })
  const { promise, resolve } = Promise.withResolvers<Awaited<ExecSession['exit']>>()
  child.once('error', error => resolve({ failed: `cannot start ${file}: ${error.message}` }))
  child.once('close', (code, signal) => resolve({ code: exitCode(code, signal) }))
  // The program may end without reading what it was sent.
  child.stdin?.on('error', () => {})
  return {
    child,
    session: {
      stdin: child.stdin ?? nowhere(),
      stdout: child.stdout ?? Readable.from([]),
      stderr: child.stderr ?? Readable.from([]),
      exit: promise,
      resize: () => {},
      kill: () => killGroup(child),
    },
    report: reportOf(child),
  }
}

function startInTerminal(runner: Pick<Runner, 'spawn'>, options: ProgramOptions): Program {
  const { command, env, isReporting = false } = options
  const terminal = spawnInTerminal(
    {
      spawn: (file, args, given: SpawnOptions = {}) => {
        const stdio = Array.isArray(given.stdio) ? given.stdio : []
        return runner.spawn(file, args, { ...given, env: { ...env }, stdio: isReporting ? [...stdio, 'pipe'] : stdio })
      },
    },
    command,
  )
  const { process: child, stream } = terminal
  const stdout = new PassThrough()
  stream.on('error', () => stream.destroy())
  stream.pipe(stdout)
  stream.once('close', () => stdout.end())
  const ended = new Promise<void>(resolve => stdout.once('close', resolve).once('end', resolve))
  return {
    child,
    session: {
      // Closing the input of a session must not hang up the terminal while output is still to come.
      stdin: new Writable({
        write: (chunk, _encoding, done) => {
          if (stream.destroyed) done()
          else stream.write(chunk, () => done())
        },
        final: done => {
          if (!stream.destroyed) stream.end()
          done()
        },
      }),
      stdout,
      stderr: Readable.from([]),
      exit: terminal.exitCode.then(
        async code => {
          // What the program wrote last may still be on its way; a child that keeps the terminal open must not hold us up.
          await Promise.race([ended, new Promise(resolve => setTimeout(resolve, 500))])
          if (!stream.destroyed) stream.destroy()
          return { code }
        },
        (error: Error) => ({ failed: error.message }),
      ),
      resize: (columns, rows) => terminal.resize(columns, rows),
      kill: () => killGroup(child),
    },
    report: reportOf(child),
  }
}

function reportOf(child: ChildProcess): Readable | undefined {
  const stream = child.stdio[3]
  return stream instanceof Readable ? stream : undefined
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

/**
 * Ends the program's children first: what runs in a container must have been waited for by its parent out here. Then the
 * whole session, if anything of it is left.
 */
function killGroup(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const children = childrenOf(pid)
  for (const one of children) signal(one)
  if (children.length === 0) {
    signal(-pid)
    return
  }
  const rest = setTimeout(() => signal(-pid), orderlyMs)
  child.once('exit', () => clearTimeout(rest))
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself in this moment.
  }
}

function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}
