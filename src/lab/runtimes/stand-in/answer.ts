// What a stand-in answers to an HTTP request, as text; the same for both ways of serving it.
import type { Identity } from './identity.ts'

export interface Received {
  readonly method: string
  readonly path: string
  readonly httpVersion: string
  /** Names as they were sent, in their order, repeated where they were repeated. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly client: { readonly address: string; readonly port: number }
  readonly server: { readonly address: string; readonly port: number }
  readonly body?: { readonly text: string; readonly bytes: number; readonly truncated: boolean }
  readonly tls?: { readonly version: string; readonly serverName: string | undefined; readonly cipher: string }
}

/** The part of the answer that never changes, made once. */
export function answerPrefix(identity: Identity): string {
  return Object.entries(identity)
    .map(([field, value]) => `  ${JSON.stringify(field)}: ${JSON.stringify(value)},\n`)
    .join('')
}

/** JSON, one field a line, so that people can read it and `grep` can pick from it. */
export function answerText(prefix: string, received: Received): string {
  const { method, path, httpVersion, headers, client, server, body, tls } = received
  let host = ''
  let list = ''
  for (const [name, value] of headers) {
    if (name.length === 4 && name.toLowerCase() === 'host') host = value
    list += `${list === '' ? '' : ','}\n    [${JSON.stringify(name)}, ${JSON.stringify(value)}]`
  }
  return `{\n${prefix}  "method": ${JSON.stringify(method)},
  "path": ${JSON.stringify(path)},
  "httpVersion": "${httpVersion}",
  "host": ${JSON.stringify(host)},
  "headers": [${list}\n  ],
  "client": {"address": "${plainAddress(client.address)}", "port": ${client.port}},
  "server": {"address": "${plainAddress(server.address)}", "port": ${server.port}}${
    body === undefined
      ? ''
      : `,\n  "body": ${JSON.stringify(body.text)},\n  "bodyBytes": ${body.bytes}${body.truncated ? ',\n  "bodyTruncated": true' : ''}`
  }${tls === undefined ? '' : `,\n  "tls": ${JSON.stringify(tls)}`}
}\n`
}

/** An IPv4 client of a socket that takes both families shows as `::ffff:a.b.c.d`. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

/** Knobs in the query: `?status=503`, `?delay=250` (ms), `?bytes=100000` (of body instead of the JSON). */
export interface Knobs {
  readonly status: number
  readonly delayMs: number
  readonly bytes: number | undefined
}

const mostBytes = 1_073_741_824
const longestDelayMs = 600_000

/** Values that make no sense are ignored, as an echo server should not argue. */
export function knobsOf(path: string): Knobs {
  const query = path.indexOf('?')
  const search = query < 0 ? undefined : new URLSearchParams(path.slice(query + 1))
  const number = (name: string, least: number, most: number): number | undefined => {
    const text = search?.get(name)
    if (text === null || text === undefined || !/^\d{1,10}$/.test(text)) return undefined
    const value = Number(text)
    return value >= least && value <= most ? value : undefined
  }
  return {
    status: number('status', 200, 599) ?? 200,
    delayMs: number('delay', 0, longestDelayMs) ?? 0,
    bytes: number('bytes', 0, mostBytes),
  }
}

export function hasKnobs(path: string): boolean {
  return path.includes('?') && /[?&](?:status|delay|bytes)=/.test(path)
}
