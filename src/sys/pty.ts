// How a program gets a terminal of its own, as `kubectl exec -it` needs.
import type { ChildProcess } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { Duplex } from 'node:stream'
import { ReadStream } from 'node:tty'
import { check, libc } from './libc.ts'
import { exitCodeOf } from './programs.ts'
import type { Runner } from './runner.ts'

const O_CLOEXEC = 0o2000000
const TIOCGPTN = 0x80045430
const TIOCSWINSZ = 0x5414

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

export interface Terminal {
  readonly process: ChildProcess
  /** What is typed goes in, what the screen shows comes out. It ends with the program. */
  readonly stream: Duplex
  /** 128 and the signal's number when a signal ended it. Rejects when it cannot be started. */
  readonly exitCode: Promise<number>
  resize(columns: number, rows: number): void
}

/** Starts the program where `runner` spawns it, as leader of a session whose controlling terminal is a new one. */
export function spawnInTerminal(
  runner: Pick<Runner, 'spawn'>,
  argv: readonly string[],
  options: TerminalOptions = {},
): Terminal {
  const { master, slave } = openTerminal()
  const resize = (columns: number, rows: number) => setSize(master, columns, rows)
  resize(options.columns ?? 80, options.rows ?? 24)
  let child: ChildProcess
  try {
    // Node offers no way to make a terminal the controlling one; setsid(1) becomes the program after it has done so.
    child = runner.spawn('setsid', ['--ctty', '--', ...argv], {
      stdio: [slave, slave, slave],
      env: { TERM: 'xterm', ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    })
  } catch (error) {
    closeSync(master)
    throw error
  } finally {
    // As long as anyone holds this end, the other does not notice that the program is gone.
    closeSync(slave)
  }
  const tty = new ReadStream(master)
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  child.once('error', error =>
    reject(new Error(`cannot start ${argv[0]} in a terminal: ${error.message}`, { cause: error })),
  )
  child.once('exit', (code, signal) => resolve(exitCodeOf(code, signal)))
  return {
    process: child,
    stream: terminalStream(tty),
    exitCode: promise,
    resize: (columns, rows) => {
      // Its descriptor is closed by then, and the number may mean another file already.
      if (!tty.destroyed) resize(columns, rows)
    },
  }
}

function openTerminal(): { readonly master: number; readonly slave: number } {
  const flags = constants.O_RDWR | constants.O_NOCTTY | O_CLOEXEC
  const master = check('cannot open a terminal', libc.posixOpenpt(flags))
  try {
    check('cannot take over the terminal', libc.grantpt(master))
    check('cannot unlock the terminal', libc.unlockpt(master))
    const number = Buffer.alloc(4)
    check('cannot find the number of the terminal', libc.ioctl(master, TIOCGPTN, number))
    return { master, slave: openSync(`/dev/pts/${number.readUInt32LE(0)}`, constants.O_RDWR | constants.O_NOCTTY) }
  } catch (error) {
    closeSync(master)
    throw error
  }
}

function setSize(master: number, columns: number, rows: number): void {
  const size = Buffer.alloc(8)
  size.writeUInt16LE(rows, 0)
  size.writeUInt16LE(columns, 2)
  check('cannot set the size of the terminal', libc.ioctl(master, TIOCSWINSZ, size))
}

/** The kernel reports the end of a terminal as an input error (EIO); for a reader it is the end and no error. */
function terminalStream(tty: ReadStream): Duplex {
  const stream = new Duplex({
    read: () => {
      tty.resume()
    },
    write: (chunk: Uint8Array, _encoding, done) => {
      tty.write(chunk, error => done(isEnd(error) ? null : error))
    },
    // A terminal has no half-closed state; Ctrl-D says that input has ended.
    final: done => {
      if (tty.destroyed) done()
      else tty.write('\x04', () => done())
    },
    destroy: (error, done) => {
      tty.destroy()
      done(error)
    },
  })
  tty.on('data', chunk => {
    if (!stream.push(chunk)) tty.pause()
  })
  tty.on('end', () => stream.push(null))
  tty.on('error', error => {
    if (isEnd(error)) stream.push(null)
    else stream.destroy(error)
  })
  return stream
}

function isEnd(error: Error | null | undefined): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EIO' || error.code === 'EPIPE')
}
