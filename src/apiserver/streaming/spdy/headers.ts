// How do headers travel in SPDY/3.1: one zlib stream per direction, primed with the protocol's dictionary?
import { createInflate, type Inflate } from 'node:zlib'

// The dictionary of SPDY draft 3 §2.6.10.1: words with their lengths in 32 bits, then text without lengths.
const words = [
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow',
  'authorization cache-control connection content-base content-encoding content-language content-length',
  'content-location content-md5 content-range content-type date etag expect expires from host if-match',
  'if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma',
  'proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade',
  'user-agent vary via warning www-authenticate method get status',
]
const laterWords = ['200 OK', 'version', 'HTTP/1.1', 'url', 'public', 'set-cookie', 'keep-alive', 'origin']
const tail = [
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505',
  '203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized',
  '403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable',
  'Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT',
  'chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,',
  'publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.',
]

export const dictionary: Buffer = Buffer.concat([
  ...[...words.join(' ').split(' '), ...laterWords].map(word => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(word.length)
    return Buffer.concat([length, Buffer.from(word)])
  }),
  Buffer.from(tail.join('')),
])

/** Header names of SPDY are lower case; of a name given twice the values are joined with NUL, and the first counts here. */
export type Headers = ReadonlyMap<string, string>

/** A block that inflates to more than this is an attack, not the headers of a stream. */
const maxInflated = 64 * 1024

/** Inflates the header blocks of one connection, in the order in which they came. */
export class HeaderReader implements Disposable {
  readonly #inflate: Inflate = createInflate({ dictionary })
  #pieces: Buffer[] = []
  #failure: Error | undefined
  #fail: ((error: Error) => void) | undefined

  constructor() {
    this.#inflate.on('data', (piece: Buffer) => this.#pieces.push(piece))
    this.#inflate.on('error', error => {
      this.#failure = error
      this.#fail?.(error)
    })
  }

  async read(block: Buffer): Promise<Headers> {
    if (this.#failure !== undefined) throw this.#failure
    this.#pieces = []
    await new Promise<void>((resolve, reject) => {
      this.#fail = reject
      this.#inflate.write(block, error => (error ? reject(error) : resolve()))
    })
    const bytes = Buffer.concat(this.#pieces)
    if (bytes.length > maxInflated) throw new Error(`SPDY headers of ${bytes.length} bytes`)
    return parseHeaders(bytes)
  }

  [Symbol.dispose](): void {
    this.#inflate.destroy()
  }
}

function parseHeaders(bytes: Buffer): Headers {
  const headers = new Map<string, string>()
  let offset = 0
  const number = () => {
    const value = bytes.readUInt32BE(offset)
    offset += 4
    return value
  }
  const text = () => {
    const length = number()
    if (length > bytes.length - offset) throw new Error('SPDY header block ends too early')
    offset += length
    return bytes.toString('utf8', offset - length, offset)
  }
  for (let left = number(); left > 0; left--) {
    const name = text()
    headers.set(name.toLowerCase(), text().split('\0', 1)[0] ?? '')
  }
  return headers
}

/**
 * The header block of a reply without headers. As it is always the same four zero bytes, it needs no compressor: a
 * stored block of deflate with the bytes, an empty one, and before the first of all the zlib header that names the
 * dictionary. The empty block is what a sync flush writes; Go's reader hands out nothing before it.
 */
export function emptyHeaderBlock(isFirst: boolean): Buffer {
  const stored = Buffer.from([0x00, 0x04, 0x00, 0xfb, 0xff, 0, 0, 0, 0, 0x00, 0x00, 0x00, 0xff, 0xff])
  return isFirst ? Buffer.concat([zlibHeader(), stored]) : stored
}

/** RFC 1950 §2.2: deflate with a 32 KB window, a preset dictionary, and its Adler-32 checksum. */
function zlibHeader(): Buffer {
  let low = 1
  let high = 0
  for (const byte of dictionary) {
    low = (low + byte) % 65_521
    high = (high + low) % 65_521
  }
  const header = Buffer.from([0x78, 0xbb, 0, 0, 0, 0])
  header.writeUInt16BE(high, 2)
  header.writeUInt16BE(low, 4)
  return header
}
