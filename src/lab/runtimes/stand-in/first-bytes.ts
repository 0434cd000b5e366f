// Does a new connection speak HTTP, TLS, or something else?

export type Protocol = 'http' | 'tls' | 'other' | 'undecided'

/** No method of the IANA registry is longer (UPDATEREDIRECTREF). */
const longestMethod = 17
const handshakeRecord = 0x16

/** `undecided` while everything seen so far could still become the start of an HTTP request line. */
export function protocolOf(bytes: Uint8Array): Protocol {
  if (bytes.length === 0) return 'undecided'
  if (bytes[0] === handshakeRecord) return bytes.length < 2 ? 'undecided' : bytes[1] === 3 ? 'tls' : 'other'
  const end = Math.min(bytes.length, longestMethod + 1)
  for (let i = 0; i < end; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 0x20)
      return i > 2 && startsTarget(bytes, i + 1) ? (bytes.length > i + 1 ? 'http' : 'undecided') : 'other'
    const isMethodByte = (byte >= 0x41 && byte <= 0x5a) || byte === 0x2d
    if (!isMethodByte) return 'other'
  }
  return bytes.length > longestMethod ? 'other' : 'undecided'
}

/** A target is a path, `*`, an absolute URL, or an authority (CONNECT). */
function startsTarget(bytes: Uint8Array, at: number): boolean {
  const byte = bytes[at]
  return (
    byte === undefined ||
    byte === 0x2f ||
    byte === 0x2a ||
    (byte >= 0x30 && byte <= 0x5b) ||
    (byte >= 0x61 && byte <= 0x7a)
  )
}
