// What a running NGINX says of itself on its status port.
import type { Socket } from 'node:net'

/** The body of a 200 answer; undefined when there is none within the time. */
export function ask(
  open: () => Socket,
  { path, timeoutMs }: { readonly path: string; readonly timeoutMs: number },
): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  let socket: Socket
  try {
    socket = open()
  } catch {
    return Promise.resolve(undefined)
  }
  let answer = ''
  const end = (result: string | undefined): void => {
    socket.destroy()
    resolve(result)
  }
  socket.setTimeout(timeoutMs, () => end(undefined))
  socket.on('error', () => end(undefined))
  socket.on('data', chunk => (answer += chunk.toString('latin1')))
  // HTTP/1.0, so that the end of the connection is the end of the answer.
  socket.on('close', () => {
    const [head = '', body] = answer.split('\r\n\r\n', 2)
    resolve(/^HTTP\/1\.[01] 200 /.test(head) ? body : undefined)
  })
  socket.write(`GET ${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`)
  return promise
}

/** `ngx_http_stub_status_module`'s counters. */
export interface StubStatus {
  readonly active: number
  readonly accepted: number
  readonly handled: number
  readonly requests: number
  readonly reading: number
  readonly writing: number
  readonly waiting: number
}

export function parseStubStatus(text: string): StubStatus | undefined {
  const numbers = /connections: (\d+)\s.*\s(\d+) (\d+) (\d+)\s+Reading: (\d+) Writing: (\d+) Waiting: (\d+)/s.exec(text)
  if (numbers === null) return undefined
  const [active, accepted, handled, requests, reading, writing, waiting] = numbers.slice(1).map(Number)
  if (active === undefined || accepted === undefined || handled === undefined || requests === undefined)
    return undefined
  if (reading === undefined || writing === undefined || waiting === undefined) return undefined
  return { active, accepted, handled, requests, reading, writing, waiting }
}
