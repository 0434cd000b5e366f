// How are SPDY/3.1 frames read from a byte stream and written to it?

export const frameType = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const

/** Reasons of RST_STREAM. */
export const resetStatus = { protocolError: 1, invalidStream: 2, refusedStream: 3, cancel: 5 } as const

export const finFlag = 1

export type Frame =
  | { readonly kind: 'control'; readonly type: number; readonly flags: number; readonly payload: Buffer }
  /** One piece of a data frame: long frames are handed on as they arrive, never collected. `fin` is on the last piece. */
  | { readonly kind: 'data'; readonly streamId: number; readonly payload: Buffer; readonly fin: boolean }

const headerLength = 8
/** Control frames carry a few headers; whoever sends more is not a client of ours. */
const maxControlLength = 64 * 1024

/** Throws when the bytes are not SPDY version 3. Ends where the source ends; a frame cut short is dropped. */
export async function* readFrames(source: AsyncIterable<Buffer>): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0)
  let open: { readonly streamId: number; readonly fin: boolean; left: number } | undefined
  for await (const chunk of source) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    for (;;) {
      if (open !== undefined) {
        if (bytes.length === 0) break
        const payload = bytes.subarray(0, open.left)
        bytes = bytes.subarray(payload.length)
        open.left -= payload.length
        const { streamId, fin, left } = open
        if (left === 0) open = undefined
        yield { kind: 'data', streamId, payload, fin: fin && left === 0 }
        continue
      }
      if (bytes.length < headerLength) break
      const first = bytes.readUInt32BE(0)
      const flags = bytes.readUInt8(4)
      const length = bytes.readUIntBE(5, 3)
      if (first >>> 31 === 0) {
        bytes = bytes.subarray(headerLength)
        if (length > 0) open = { streamId: first, fin: (flags & finFlag) !== 0, left: length }
        else yield { kind: 'data', streamId: first, payload: bytes.subarray(0, 0), fin: (flags & finFlag) !== 0 }
        continue
      }
      const version = (first >>> 16) & 0x7fff
      if (version !== 3) throw new Error(`SPDY version ${version} instead of 3`)
      if (length > maxControlLength) throw new Error(`SPDY control frame of ${length} bytes`)
      if (bytes.length < headerLength + length) break
      const payload = bytes.subarray(headerLength, headerLength + length)
      bytes = bytes.subarray(headerLength + length)
      yield { kind: 'control', type: first & 0xffff, flags, payload }
    }
    rest = bytes
  }
}

export function controlFrame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(headerLength)
  header.writeUInt32BE((0x8003_0000 | type) >>> 0, 0)
  header.writeUIntBE(payload.length, 5, 3)
  return Buffer.concat([header, payload])
}

/** A control frame that consists of 32-bit numbers: RST_STREAM, PING, GOAWAY, WINDOW_UPDATE. */
export function numbersFrame(type: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(numbers.length * 4)
  for (const [index, number] of numbers.entries()) payload.writeUInt32BE(number >>> 0, index * 4)
  return controlFrame(type, payload)
}

export function dataHeader(streamId: number, length: number, fin: boolean): Buffer {
  const header = Buffer.alloc(headerLength)
  header.writeUInt32BE(streamId, 0)
  header.writeUInt8(fin ? finFlag : 0, 4)
  header.writeUIntBE(length, 5, 3)
  return header
}
