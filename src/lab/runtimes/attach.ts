// How do several `kubectl attach` share the one stdio of a running program, while its log takes everything in?
import { PassThrough, Writable } from 'node:stream'
import type { ExecOptions, ExecSession } from '../../apiserver/pod-streams.ts'

export interface ShareOptions {
  readonly log: (stream: 'stdout' | 'stderr', chunk: Uint8Array) => void
  readonly tty: boolean
  /** The first attached client's end of input is the program's. */
  readonly isStdinOnce: boolean
}

/** Printed before the first client came; more than a prompt and a greeting is in the log anyway. */
const keptBytes = 65_536

export function shareSession(main: ExecSession, options: ShareOptions): { attach(wanted: ExecOptions): ExecSession } {
  const clients = new Set<{ stdout: PassThrough; stderr: PassThrough }>()
  /** Only for interactive programs: `kubectl run -it` attaches a moment after the prompt was printed. */
  let early: Buffer[] | undefined = options.isStdinOnce ? [] : undefined
  let earlyBytes = 0
  for (const name of ['stdout', 'stderr'] as const) {
    main[name].on('data', (chunk: Buffer) => {
      options.log(name, chunk)
      if (early !== undefined && earlyBytes < keptBytes) {
        early.push(chunk)
        earlyBytes += chunk.length
      }
      for (const client of clients) client[name].write(chunk)
    })
    main[name].on('error', () => {})
  }
  void main.exit.then(() => {
    for (const { stdout, stderr } of clients) {
      stdout.end()
      stderr.end()
    }
    clients.clear()
  })

  const attach = (wanted: ExecOptions): ExecSession => {
    const client = { stdout: new PassThrough(), stderr: new PassThrough() }
    for (const chunk of early ?? []) client.stdout.write(chunk)
    early = undefined
    clients.add(client)
    const left = Promise.withResolvers<{ code: number }>()
    const leave = () => {
      clients.delete(client)
      client.stdout.end()
      client.stderr.end()
      left.resolve({ code: 0 })
    }
    const stdin = new Writable({
      write: (chunk, _encoding, done) => {
        if (!wanted.stdin || main.stdin.destroyed) done()
        else main.stdin.write(chunk, () => done())
      },
      final: done => {
        if (wanted.stdin && options.isStdinOnce && !main.stdin.destroyed) main.stdin.end()
        done()
      },
    })
    return {
      stdin,
      stdout: client.stdout,
      stderr: client.stderr,
      exit: Promise.race([main.exit, left.promise]),
      resize: (columns, rows) => main.resize(columns, rows),
      // A client that goes away leaves the program running.
      kill: leave,
    }
  }
  return { attach }
}
