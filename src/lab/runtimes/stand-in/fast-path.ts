// Can this chunk be answered at once, as one plain HTTP/1.1 request without a body?
import { hasKnobs, type Received } from './answer.ts'

/**
 * A stand-in is the back end of every benchmark, so the commonest request by far is parsed here, in one pass over one
 * chunk. Undefined hands the connection to Node's own HTTP server, which knows everything else: bodies, upgrades,
 * pipelining, HTTP/1.0, odd syntax, and above all the errors.
 */
export function plainRequest(chunk: Buffer): Pick<Received, 'method' | 'path' | 'httpVersion' | 'headers'> | undefined {
  const text = chunk.toString('latin1')
  if (text.indexOf('\r\n\r\n') !== text.length - 4) return undefined
  const lines = text.slice(0, -4).split('\r\n')
  const requestLine = /^(GET|HEAD|DELETE|OPTIONS) (\/[!-~]*) HTTP\/1\.1$/.exec(lines[0] ?? '')
  if (requestLine === null) return undefined
  const [, method = '', path = ''] = requestLine
  if (hasKnobs(path) || path.startsWith('/sse')) return undefined
  const headers: [string, string][] = []
  let hosts = 0
  for (let i = 1; i < lines.length; i++) {
    const header = headerLine.exec(lines[i] ?? '')
    if (header === null) return undefined
    const [, name = '', value = ''] = header
    // Whoever names one of these wants more than a plain answer.
    if (special.has(name.toLowerCase()) && !asksToStay(name, value)) return undefined
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
    headers.push([name, value.trim()])
  }
  return hosts === 1 ? { method, path, httpVersion: '1.1', headers } : undefined
}

/** RFC 9110 §5.6.2 and §5.5: a token, then blanks and visible characters. One quantifier each, so no input is slow. */
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*)$/

/** What HTTP/1.1 does anyway. */
function asksToStay(name: string, value: string): boolean {
  return (
    name.length === 'connection'.length &&
    value.trim().toLowerCase() === 'keep-alive' &&
    name.toLowerCase() === 'connection'
  )
}

const special = new Set(['connection', 'content-length', 'expect', 'transfer-encoding', 'upgrade'])
