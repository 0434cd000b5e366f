// What does a request for exec, attach or logs ask for in its query?
import { ApiError } from '../../objects/api-error.ts'
import type { ExecOptions, LogOptions } from '../pod-streams.ts'
import type { WantedChannels } from './websocket-channels.ts'

export interface SessionRequest {
  readonly options: ExecOptions
  readonly wanted: WantedChannels
}

/** Throws `ApiError` 400 with upstream's wording. */
export function readSessionRequest(query: URLSearchParams, kind: 'exec' | 'attach'): SessionRequest {
  const stdin = readFlag(query, 'stdin')
  const stdout = readFlag(query, 'stdout')
  const stderr = readFlag(query, 'stderr')
  const tty = readFlag(query, 'tty')
  if (!stdin && !stdout && !stderr) throw badRequest('you must specify at least 1 of stdin, stdout, stderr')
  const command = query.getAll('command')
  if (kind === 'exec' && command.length === 0)
    throw badRequest('you must specify at least one command for the container')
  const container = query.get('container') ?? ''
  return {
    options: { command, tty, stdin, ...(container === '' ? {} : { container }) },
    wanted: { stdin, stdout, stderr, tty },
  }
}

/** `now` is in ms since the epoch: `sinceSeconds` counts back from it. */
export function readLogOptions(query: URLSearchParams, now: number): Omit<LogOptions, 'signal'> {
  const container = query.get('container') ?? ''
  const tailLines = readCount(query, 'tailLines', 0)
  const limitBytes = readCount(query, 'limitBytes', 1)
  const sinceSeconds = readCount(query, 'sinceSeconds', 1)
  const sinceTime = query.get('sinceTime')
  if (sinceSeconds !== undefined && sinceTime !== null) {
    throw badRequest('at most one of `sinceTime` or `sinceSeconds` may be specified')
  }
  const sinceMs = sinceTime === null ? sinceSeconds && now - sinceSeconds * 1000 : Date.parse(sinceTime)
  if (Number.isNaN(sinceMs))
    throw badRequest(`sinceTime: Invalid value: ${JSON.stringify(sinceTime)}: must be a time in RFC 3339`)
  return {
    follow: readFlag(query, 'follow'),
    previous: readFlag(query, 'previous'),
    timestamps: readFlag(query, 'timestamps'),
    ...(container === '' ? {} : { container }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  }
}

/** `stdin=true`, `stdin=1` and a bare `stdin` all mean yes, as the real API server reads them. */
function readFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)
  return value !== null && value !== 'false' && value !== '0'
}

function readCount(query: URLSearchParams, name: string, least: number): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const value = Number(text)
  if (text === '' || !Number.isInteger(value) || value < least) {
    throw badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be a whole number, at least ${least}`)
  }
  return value
}

function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}
