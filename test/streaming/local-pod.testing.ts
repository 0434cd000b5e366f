// A PodStreams double whose containers are this machine: exec starts real processes, ports are real sockets.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type Duplex, Readable } from 'node:stream'
import type { ExecOptions, ExecSession, LogOptions, PodStreams } from '../../src/apiserver/pod-streams.ts'
import { ApiError } from '../../src/objects/api-error.ts'

export interface LocalPod extends PodStreams {
  /** What kubectl asked for last, and what the terminal was resized to. */
  readonly seen: { exec?: ExecOptions; logs?: LogOptions; sizes: string[]; killed: number; aborted: number }
  /** Lines that `logs` gives; `follow` goes on until the client leaves. */
  readonly log: readonly string[]
}

export function localPod(log: readonly string[] = []): LocalPod {
  const seen: LocalPod['seen'] = { sizes: [], killed: 0, aborted: 0 }
  return {
    seen,
    log,
    async exec(_pod, options) {
      seen.exec = options
      const [command = '', ...args] = options.command
      const child = spawn(command, args)
      try {
        await once(child, 'spawn')
      } catch (cause) {
        throw new ApiError(400, 'BadRequest', `exec: "${command}": executable file not found in $PATH`, { cause })
      }
      return sessionOf(child, seen)
    },
    async attach(_pod, options) {
      seen.exec = options
      return sessionOf(spawn('/bin/sh', ['-c', 'echo attached; cat; exit 7']), seen)
    },
    async connect(_pod, port) {
      return openSocket(port)
    },
    async logs(_pod, options) {
      seen.logs = options
      const { tailLines } = options
      const lines = tailLines === undefined ? log : log.slice(-tailLines)
      const source = new Readable({ read() {} })
      for (const line of lines) source.push(`${line}\n`)
      if (!options.follow) source.push(null)
      options.signal.addEventListener('abort', () => {
        seen.aborted++
        source.destroy()
      })
      return source
    },
  }
}

function sessionOf(child: ChildProcessWithoutNullStreams, seen: LocalPod['seen']): ExecSession {
  const exit = once(child, 'close').then(([code]) => ({ code: typeof code === 'number' ? code : 137 }))
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    exit,
    resize: (columns, rows) => void seen.sizes.push(`${columns}x${rows}`),
    kill: () => {
      seen.killed++
      child.kill('SIGKILL')
    },
  }
}

async function openSocket(port: number): Promise<Duplex> {
  const socket: Socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}
