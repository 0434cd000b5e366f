// Runs a program to its end, for its output and the time it took.
import { spawn } from 'node:child_process'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** From the start of the program to the end of its output. */
  readonly ms: number
}

export interface ProgramOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly timeoutMs?: number
  /** Called with every piece of standard output as it comes. */
  readonly onOutput?: (text: string) => void
}

/** Rejects when it cannot be started or takes too long; an exit code other than 0 is an answer like another. */
export function runToEnd(argv: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>()
  const { input = '', timeoutMs = 60_000 } = options
  const startedAt = performance.now()
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    stdio: 'pipe',
    ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    options.onOutput?.(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const timer = setTimeout(() => {
    child.kill('SIGKILL')
    reject(new Error(`${argv.join(' ')} took longer than ${timeoutMs} ms; it said: ${stderr.slice(-500)}`))
  }, timeoutMs)
  child.once('error', error => {
    clearTimeout(timer)
    reject(new Error(`cannot start ${argv[0]}: ${error.message}`, { cause: error }))
  })
  child.once('close', code => {
    clearTimeout(timer)
    resolve({ code: code ?? 1, stdout, stderr, ms: performance.now() - startedAt })
  })
  // A program that does not read its input is no failure.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  return promise
}

/** Rejects with what it said when it does not end well. */
export async function mustRun(argv: readonly string[], options: ProgramOptions = {}): Promise<Ended> {
  const ended = await runToEnd(argv, options)
  if (ended.code !== 0)
    throw new Error(`${argv.join(' ')} ended with ${ended.code}: ${(ended.stderr || ended.stdout).trim().slice(-1000)}`)
  return ended
}
