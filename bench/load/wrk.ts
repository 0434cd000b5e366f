// How many requests a second does a way carry? Asked with wrk, from the laptop.
import type { BenchLab } from '../lab/bench-lab.ts'

export interface Load {
  readonly url: string
  readonly host?: string
  readonly seconds: number
  readonly connections: number
  /** A new connection for every request. */
  readonly isShort?: boolean
  /** The processor that wrk keeps to. */
  readonly processor: number
}

export interface LoadResult {
  readonly requestsPerSecond: number
  readonly requests: number
  readonly p99Ms: number
  /** What wrk itself used. */
  readonly processorSeconds: number
}

export async function loadFromLaptop(lab: BenchLab, load: Load): Promise<LoadResult> {
  const { url, host, seconds, connections, processor } = load
  const headers = [
    ...(host === undefined ? [] : ['-H', `Host: ${host}`]),
    ...(load.isShort === true ? ['-H', 'Connection: close'] : []),
  ]
  const wrk = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...headers, url]
  // The shell tells at its end what its children have used.
  const measured = ['sh', '-c', '"$@"; times', 'sh', 'taskset', '-c', `${processor}`, ...wrk]
  const { stdout } = await lab.exec('laptop', measured, {
    timeoutMs: seconds * 1000 + 15_000,
  })
  return readWrk(stdout)
}

/** Throws when requests failed: their speed says nothing. */
export function readWrk(text: string): LoadResult {
  if (/Non-2xx/.test(text)) throw new Error(`the server refused requests:\n${text}`)
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)
  // wrk counts a server's closing of a connection that was to be closed as a read error.
  if (errors !== null && Number(errors[1]) + Number(errors[4]) > 0) throw new Error(`connections failed:\n${text}`)
  const [, p99, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(text) ?? []
  const result = {
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    requests: Number(/(\d+) requests in/.exec(text)?.[1]),
    p99Ms: Number(p99) * (unit === 'us' ? 0.001 : unit === 's' ? 1000 : 1),
  }
  const [, ...used] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(text) ?? []
  const [minutes = 0, rest = 0, systemMinutes = 0, systemRest = 0] = used.map(Number)
  if (!(result.requests > 0)) throw new Error(`wrk answered no request:\n${text}`)
  return { ...result, processorSeconds: (minutes + systemMinutes) * 60 + rest + systemRest }
}
