// What the API server asks of whoever runs the pods: logs, exec, attach and port-forward. The lab answers.
import type { Duplex, Readable, Writable } from 'node:stream'
import type { ObjectKey } from '../objects/object.ts'

export interface LogOptions {
  readonly container?: string
  readonly follow: boolean
  readonly previous: boolean
  readonly timestamps: boolean
  readonly tailLines?: number
  readonly limitBytes?: number
  /** ms since the epoch. */
  readonly sinceMs?: number
  readonly signal: AbortSignal
}

export interface ExecOptions {
  readonly container?: string
  /** Ignored by attach. */
  readonly command: readonly string[]
  readonly tty: boolean
  readonly stdin: boolean
}

/** A running command. With a tty everything arrives on `stdout`, and `stderr` stays empty. */
export interface ExecSession {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves once, after both outputs have ended. */
  readonly exit: Promise<{ readonly code: number } | { readonly failed: string }>
  resize(columns: number, rows: number): void
  kill(): void
}

/** Rejects with `ApiError` (NotFound, BadRequest: container not valid for pod …). */
export interface PodStreams {
  logs(pod: ObjectKey, options: LogOptions): Promise<Readable>
  exec(pod: ObjectKey, options: ExecOptions): Promise<ExecSession>
  attach(pod: ObjectKey, options: ExecOptions): Promise<ExecSession>
  /** A TCP connection to `port` inside the pod. */
  connect(pod: ObjectKey, port: number): Promise<Duplex>
}
