// Can this chunk be answered at once, as one plain HTTP/1.1 request without a body?
import { hasKnobs, type Received } from './answer.ts'

export interface PlainRequest extends Pick<Received, 'method' | 'path' | 'httpVersion' | 'headers'> {
  /** The client asks for the connection to be closed after the answer. */
  readonly isLast: boolean
}

/**
 * A stand-in is the back end of every benchmark, so the commonest request by far is parsed here, in one pass over one
 * chunk. Undefined hands the connection to Node's own HTTP server, which knows everything else: bodies, upgrades,
 * pipelining, HTTP/1.0, odd syntax, and above all the errors.
 */
export function plainRequest(chunk: Buffer): PlainRequest | undefined {
  const text = chunk.toString('latin1')
  if (text.indexOf('\r\n\r\n') !== text.length - 4) return undefined
  const lines = text.slice(0, -4).split('\r\n')
  const requestLine = /^(GET|HEAD|DELETE|OPTIONS) (\/[!-~]*) HTTP\/1\.1$/.exec(lines[0] ?? '')
  if (requestLine === null) return undefined
  const [, method = '', path = ''] = requestLine
  if (hasKnobs(path) || path.startsWith('/sse')) return undefined
  const headers: [string, string][] = []
  let hosts = 0
  let isLast = false
  for (let i = 1; i < lines.length; i++) {
    const header = headerLine.exec(lines[i] ?? '')
    if (header === null) return undefined
    const [, name = '', untrimmed = ''] = header
    const value = untrimmed.trim()
    switch (name.toLowerCase()) {
      case 'host':
        hosts++
        break
      case 'connection':
        isLast = value.toLowerCase() === 'close'
        if (!isLast && value.toLowerCase() !== 'keep-alive') return undefined
        break
      case 'accept':
        if (value.startsWith('text/event-stream')) return undefined
        break
      // Whoever names one of these wants more than a plain answer.
      case 'content-length':
      case 'expect':
      case 'transfer-encoding':
      case 'upgrade':
        return undefined
    }
    headers.push([name, value])
  }
  return hosts === 1 ? { method, path, httpVersion: '1.1', headers, isLast } : undefined
}

/** RFC 9110 §5.6.2 and §5.5: a token, then blanks and visible characters. One quantifier each, so no input is slow. */
const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t -~\x80-\xff]*)$/
