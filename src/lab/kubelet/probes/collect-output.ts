// What did a program that ran in a container print?
import type { ExecSession } from '../../../apiserver/pod-streams.ts'

/** Reads both outputs to their end, and keeps the first `keptBytes`. */
export function collectOutput(session: ExecSession, keptBytes: number): () => string {
  const kept: Buffer[] = []
  let bytes = 0
  const keep = (chunk: Buffer) => {
    if (bytes < keptBytes) kept.push(chunk.subarray(0, keptBytes - bytes))
    bytes += chunk.length
  }
  for (const stream of [session.stdout, session.stderr]) {
    stream.on('data', keep)
    // The exit says what went wrong.
    stream.on('error', () => {})
  }
  return () => Buffer.concat(kept).toString()
}
