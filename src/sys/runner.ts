// A place where programs run: the machine itself, or one network namespace.
import type { ChildProcess, SpawnOptions } from 'node:child_process'

export interface RunOptions {
  /** Written to stdin, which is then closed. */
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Kills the program with SIGKILL when it takes longer; default 10,000. */
  readonly timeoutMs?: number
}

export interface RunResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Arguments go to the program as they are, never through a shell. */
export interface Runner {
  /** Never rejects for a non-zero exit; rejects when the program cannot be started or runs out of time. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<RunResult>
  spawn(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess
}
