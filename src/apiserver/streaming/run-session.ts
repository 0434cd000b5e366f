// Joins a running command with the channels of a client, until the command ends or the client goes away.
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ExecSession } from '../pod-streams.ts'
import { exitStatus, type Status } from './exit-status.ts'

/** The client's end, over whatever transport. Channels the client did not ask for are absent. */
export interface ClientChannels {
  readonly stdin?: Readable
  readonly stdout?: Writable
  readonly stderr?: Writable
  /** JSON objects `{"Width":80,"Height":24}`, one after the other. */
  readonly resize?: Readable
  /** Resolves when the client is gone. */
  readonly closed: Promise<void>
  /** Sends the outcome and closes the connection. */
  finish(status: Status): void
}

/**
 * Takes hold of the outputs at once. A client needs some round trips to open its channels, and Node lets the output of
 * a process that ends meanwhile run into the void when nobody listens.
 */
export function holdOutput(session: ExecSession): ExecSession {
  const hold = (output: Readable): Readable => {
    const held = new PassThrough()
    pipeline(output, held).catch(() => output.destroy())
    return held
  }
  const { stdin, exit } = session
  return {
    stdin,
    exit,
    stdout: hold(session.stdout),
    stderr: hold(session.stderr),
    resize: (columns, rows) => session.resize(columns, rows),
    kill: () => session.kill(),
  }
}

/** Never rejects: what goes wrong is said to the client, or there is no client any more. */
export async function runSession(session: ExecSession, client: ClientChannels): Promise<void> {
  session.stdin.on('error', () => {})
  feedStdin(session, client.stdin)
  if (client.resize !== undefined) void followResize(session, client.resize)
  const exit = await Promise.race([outcome(session, client), client.closed.then(() => undefined)])
  if (exit !== undefined) {
    client.finish(exitStatus(exit))
    return
  }
  // Without a client nobody can end the command any more. A session made by attach only lets go of its container.
  session.kill()
  for (const stream of [session.stdin, session.stdout, session.stderr]) stream.destroy()
}

async function outcome(session: ExecSession, client: ClientChannels): Promise<Awaited<ExecSession['exit']>> {
  const exit = session.exit.catch((error: unknown) => ({ failed: String(error) }))
  await Promise.all([drain(session.stdout, client.stdout), drain(session.stderr, client.stderr)])
  return exit
}

function feedStdin(session: ExecSession, stdin: Readable | undefined): void {
  if (stdin === undefined) {
    session.stdin.end()
    return
  }
  stdin.on('error', () => {})
  stdin.pipe(session.stdin)
  // A command that closed its stdin, or ended, wants no more: what still comes is thrown away, so that the client does not stall.
  session.stdin.on('close', () => {
    stdin.unpipe(session.stdin)
    stdin.resume()
  })
}

async function drain(output: Readable, channel: Writable | undefined): Promise<void> {
  try {
    if (channel === undefined) for await (const _ of output);
    else await pipeline(output, channel)
  } catch {
    // Either side broke off; the exit of the command says the rest.
    output.destroy()
  }
}

async function followResize(session: ExecSession, resize: Readable): Promise<void> {
  let text = ''
  try {
    for await (const chunk of resize) {
      text += String(chunk)
      for (const [whole] of text.matchAll(/\{[^{}]*\}/g)) resizeTo(session, whole)
      text = text.slice(text.lastIndexOf('}') + 1).slice(-256)
    }
  } catch {
    // The client is gone.
  }
}

function resizeTo(session: ExecSession, text: string): void {
  let size: unknown
  try {
    size = JSON.parse(text)
  } catch {
    return
  }
  if (typeof size !== 'object' || size === null || !('Width' in size) || !('Height' in size)) return
  const { Width: columns, Height: rows } = size
  if (isSize(columns) && isSize(rows)) session.resize(columns, rows)
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65_536
}

/** A channel that carries nothing, for a client that opened it without need. */
export function discard(channel: Readable): void {
  channel.resume()
}
