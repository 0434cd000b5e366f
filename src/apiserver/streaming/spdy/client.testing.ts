// A SPDY/3.1 client for tests, which can also misbehave: it writes raw frames and reads what comes back.
import { type Duplex, duplexPair } from 'node:stream'
import { constants, createDeflate, type Deflate } from 'node:zlib'
import { SpdyConnection } from './connection.ts'
import { controlFrame, dataHeader, type Frame, frameType, readFrames } from './frames.ts'
import { dictionary } from './headers.ts'
import type { SpdyStream } from './stream.ts'

export interface TestClient {
  readonly connection: SpdyConnection
  readonly streams: SpdyStream[]
  readonly transport: Duplex
  /** Everything the server has sent, data joined per stream. */
  readonly received: { readonly control: Frame[]; readonly data: Map<number, Buffer[]>; readonly finished: Set<number> }
  open(streamId: number, headers: Readonly<Record<string, string>>): Promise<void>
  send(streamId: number, bytes: Buffer | string, fin?: boolean): void
}

export function startClient(onStream: (stream: SpdyStream) => void = () => {}): TestClient {
  const [transport, server] = duplexPair()
  const streams: SpdyStream[] = []
  const connection = new SpdyConnection(server, stream => {
    streams.push(stream)
    onStream(stream)
  })
  const deflate = createDeflate({ dictionary })
  const received: TestClient['received'] = { control: [], data: new Map(), finished: new Set() }
  // The server may break off, which is what some tests want.
  collect(transport, received).catch(() => {})
  return {
    connection,
    streams,
    transport,
    received,
    async open(streamId, headers) {
      const ids = Buffer.alloc(10)
      ids.writeUInt32BE(streamId, 0)
      const block = await compress(deflate, encodeHeaders(headers))
      transport.write(controlFrame(frameType.synStream, Buffer.concat([ids, block])))
      await settle()
    },
    send(streamId, bytes, fin = false) {
      const payload = Buffer.from(bytes)
      transport.write(Buffer.concat([dataHeader(streamId, payload.length, fin), payload]))
    },
  }
}

async function collect(transport: Duplex, received: TestClient['received']): Promise<void> {
  for await (const frame of readFrames(transport)) {
    if (frame.kind === 'control') received.control.push(frame)
    else {
      const pieces = received.data.get(frame.streamId) ?? []
      pieces.push(frame.payload)
      received.data.set(frame.streamId, pieces)
      if (frame.fin) received.finished.add(frame.streamId)
    }
  }
}

function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const number = (value: number) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(value)
    return bytes
  }
  const entries = Object.entries(headers)
  const texts = entries.flat().flatMap(text => [number(Buffer.byteLength(text)), Buffer.from(text)])
  return Buffer.concat([number(entries.length), ...texts])
}

function compress(deflate: Deflate, bytes: Buffer): Promise<Buffer> {
  return new Promise(resolve => {
    const pieces: Buffer[] = []
    const take = (piece: Buffer) => pieces.push(piece)
    deflate.on('data', take)
    deflate.write(bytes)
    deflate.flush(constants.Z_SYNC_FLUSH, () => {
      deflate.off('data', take)
      resolve(Buffer.concat(pieces))
    })
  })
}

/** Lets everything that is on its way arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setTimeout(resolve, 1))
}
