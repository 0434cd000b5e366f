// How a program is started, fed, timed and collected.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Runner, RunOptions, RunResult } from './runner.ts'

const defaultTimeoutMs = 10_000

export function spawnProgram(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return spawn(command, [...args], { ...options, shell: false })
}

/** Runs the program where `runner` spawns it, and waits for its end and for both outputs. */
export function runProgram(
  runner: Pick<Runner, 'spawn'>,
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>()
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs
  const child = runner.spawn(command, args, {
    stdio: 'pipe',
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  })
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    child.kill('SIGKILL')
    // A grandchild may hold the pipes open; whoever runs out of time is not waited for any longer.
    child.stdout?.destroy()
    child.stderr?.destroy()
  }, timeoutMs)
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  child.once('error', error => {
    clearTimeout(timer)
    reject(new Error(`cannot start ${command}: ${error.message}`, { cause: error }))
  })
  child.once('close', (code, signal) => {
    clearTimeout(timer)
    if (timedOut) {
      const said = stderr().trim().slice(-500)
      reject(
        new Error(
          `${[command, ...args].join(' ').slice(0, 200)} took longer than ${timeoutMs} ms and was killed${said && `; it said: ${said}`}`,
        ),
      )
      return
    }
    resolve({ exitCode: exitCodeOf(code, signal), stdout: stdout(), stderr: stderr() })
  })
  // A program that exits without reading its input is no failure of ours.
  child.stdin?.on('error', () => {})
  child.stdin?.end(options.input ?? '')
  return promise
}

function collect(stream: ChildProcess['stdout']): () => string {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString('utf8')
}

/** What a shell shows: the code, or 128 and the number of the signal that ended the program. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}

/** Debian keeps these out of an ordinary user's PATH, though he may run them. */
export function searchPath(): Readonly<Record<string, string>> {
  const path = (process.env.PATH ?? '').split(':').filter(directory => directory !== '')
  const missing = ['/usr/local/sbin', '/usr/sbin', '/sbin'].filter(directory => !path.includes(directory))
  return { ...(process.env as Record<string, string>), PATH: [...path, ...missing].join(':') }
}
