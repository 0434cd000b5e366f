// The server's end of a SPDY/3.1 connection: clients open streams, bytes flow both ways with back-pressure.
import type { Duplex } from 'node:stream'
import {
  controlFrame,
  dataHeader,
  type Frame,
  finFlag,
  frameType,
  numbersFrame,
  readFrames,
  resetStatus,
} from './frames.ts'
import { emptyHeaderBlock, HeaderReader } from './headers.ts'
import { SpdyStream, type StreamLink } from './stream.ts'
import { ReceiveWindows, SendWindows } from './windows.ts'

/** Small enough that streams take turns, large enough that the eight bytes of header do not show. */
const maxDataLength = 32 * 1024
const maxStreams = 2_000
const settingsInitialWindow = 7
/** How long a client may take to read the rest and hang up. */
const lingerMs = 10_000

interface Waiting {
  readonly bytes: Buffer
  readonly done: () => void
}

export class SpdyConnection implements StreamLink {
  /** Resolves when the peer is gone or the connection was closed; never rejects. */
  readonly closed: Promise<void>
  readonly #transport: Duplex
  readonly #onStream: (stream: SpdyStream) => void
  readonly #streams = new Map<number, SpdyStream>()
  readonly #sendWindows = new SendWindows()
  readonly #receiveWindows = new ReceiveWindows()
  /** What could not be sent yet: for want of a window, or until the transport drains. */
  readonly #withoutWindow = new Map<SpdyStream, Waiting>()
  #untilDrain: (() => void)[] = []
  #lastStreamId = 0
  #hasReplied = false
  #isClosing = false

  /** `onStream` is called for every stream the client opens, before anything of it is read. */
  constructor(transport: Duplex, onStream: (stream: SpdyStream) => void) {
    this.#transport = transport
    this.#onStream = onStream
    transport.on('drain', () => this.#drained())
    this.closed = this.#serve()
  }

  /**
   * Says goodbye and leaves the hanging up to the client: client-go throws away what it has not read yet of any stream
   * when the connection ends, also when all of it has arrived.
   */
  close(): void {
    if (this.#isClosing) return
    this.#isClosing = true
    this.#write(numbersFrame(frameType.goAway, this.#lastStreamId, 0))
    const timer = setTimeout(() => this.#transport.destroy(), lingerMs)
    void this.closed.then(() => clearTimeout(timer))
  }

  async #serve(): Promise<void> {
    using headers = new HeaderReader()
    try {
      for await (const frame of readFrames(this.#transport)) {
        if (frame.kind === 'data') await this.#receiveData(frame)
        else await this.#receiveControl(frame, headers)
      }
    } catch {
      // A broken connection and one that speaks no SPDY end alike: the client is told by the close, and nobody else is to be told.
    } finally {
      this.#isClosing = true
      this.#transport.destroy()
      for (const stream of this.#streams.values()) stream.destroy()
      this.#drained()
    }
  }

  async #receiveData({ streamId, payload, fin }: Extract<Frame, { readonly kind: 'data' }>): Promise<void> {
    const stream = this.#streams.get(streamId)
    if (stream !== undefined && payload.length > 0) await stream.receive(payload)
    if (payload.length > 0) this.#tellTaken(streamId, payload.length, stream !== undefined)
    if (fin) stream?.receiveEnd()
  }

  #tellTaken(streamId: number, length: number, isOpen: boolean): void {
    const ofConnection = this.#receiveWindows.took(0, length)
    if (ofConnection > 0) this.#write(numbersFrame(frameType.windowUpdate, 0, ofConnection))
    const ofStream = isOpen ? this.#receiveWindows.took(streamId, length) : 0
    if (ofStream > 0) this.#write(numbersFrame(frameType.windowUpdate, streamId, ofStream))
  }

  async #receiveControl(frame: Extract<Frame, { readonly kind: 'control' }>, headers: HeaderReader): Promise<void> {
    const { type, flags, payload } = frame
    switch (type) {
      case frameType.synStream:
        return this.#open(payload, flags, headers)
      case frameType.headers:
        // Later headers mean nothing to Kubernetes, yet they are part of the compressed stream.
        await headers.read(payload.subarray(4))
        if ((flags & finFlag) !== 0) this.#streams.get(streamIdAt(payload))?.receiveEnd()
        return
      case frameType.rstStream:
        this.#reset(streamIdAt(payload))
        return
      case frameType.ping:
        // Odd numbers are the client's own; even ones would answer a ping of ours, and we send none.
        if (payload.readUInt32BE(0) % 2 === 1) this.#write(numbersFrame(frameType.ping, payload.readUInt32BE(0)))
        return
      case frameType.windowUpdate:
        this.#sendWindows.update(streamIdAt(payload), payload.readUInt32BE(4) & 0x7fff_ffff)
        return this.#windowsGrew()
      case frameType.settings:
        return this.#receiveSettings(payload)
      default:
        // GOAWAY: the client opens no more streams; those that are open go on. Unknown types are to be ignored.
        return
    }
  }

  async #open(payload: Buffer, flags: number, headerReader: HeaderReader): Promise<void> {
    const streamId = streamIdAt(payload)
    const headers = await headerReader.read(payload.subarray(10))
    if (this.#isClosing) return
    if (streamId <= this.#lastStreamId || streamId % 2 === 0) {
      this.#write(numbersFrame(frameType.rstStream, streamId, resetStatus.protocolError))
      return
    }
    this.#lastStreamId = streamId
    if (this.#streams.size >= maxStreams) {
      this.#write(numbersFrame(frameType.rstStream, streamId, resetStatus.refusedStream))
      return
    }
    const stream = new SpdyStream(streamId, headers, this)
    // A reset by the client, or the end of the connection, destroys the stream; whoever reads it sees the close.
    stream.on('error', () => {})
    this.#streams.set(streamId, stream)
    const block = emptyHeaderBlock(!this.#hasReplied)
    this.#hasReplied = true
    this.#write(controlFrame(frameType.synReply, Buffer.concat([payload.subarray(0, 4), block])))
    if ((flags & finFlag) !== 0) stream.receiveEnd()
    this.#onStream(stream)
  }

  /** The client gave the stream up; it is forgotten first, so that it is not reset in return. */
  #reset(streamId: number): void {
    const stream = this.#streams.get(streamId)
    if (stream === undefined) return
    this.#forget(stream)
    stream.destroy()
  }

  #receiveSettings(payload: Buffer): void {
    const count = payload.readUInt32BE(0)
    for (let offset = 4; offset < 4 + count * 8; offset += 8) {
      if (payload.readUIntBE(offset + 1, 3) === settingsInitialWindow) {
        this.#sendWindows.setInitial(payload.readUInt32BE(offset + 4))
      }
    }
    this.#windowsGrew()
  }

  send(stream: SpdyStream, bytes: Buffer, done: () => void): void {
    let left = bytes
    while (left.length > 0) {
      const length = Math.min(left.length, maxDataLength, this.#sendWindows.allowed(stream.id))
      if (length === 0) {
        this.#withoutWindow.set(stream, { bytes: left, done })
        return
      }
      this.#transport.cork()
      this.#write(dataHeader(stream.id, length, false))
      this.#write(left.subarray(0, length))
      this.#transport.uncork()
      this.#sendWindows.sent(stream.id, length)
      left = left.subarray(length)
    }
    if (this.#transport.writableNeedDrain) this.#untilDrain.push(done)
    else done()
  }

  finish(stream: SpdyStream): void {
    this.#write(dataHeader(stream.id, 0, true))
  }

  release(stream: SpdyStream, isComplete: boolean): void {
    if (this.#forget(stream) && !isComplete)
      this.#write(numbersFrame(frameType.rstStream, stream.id, resetStatus.cancel))
  }

  #forget(stream: SpdyStream): boolean {
    this.#sendWindows.release(stream.id)
    this.#receiveWindows.release(stream.id)
    this.#withoutWindow.delete(stream)
    return this.#streams.delete(stream.id)
  }

  #windowsGrew(): void {
    for (const [stream, { bytes, done }] of [...this.#withoutWindow]) {
      this.#withoutWindow.delete(stream)
      this.send(stream, bytes, done)
    }
  }

  #drained(): void {
    const waiting = this.#untilDrain
    this.#untilDrain = []
    for (const done of waiting) done()
  }

  #write(bytes: Buffer): void {
    if (this.#transport.writable) this.#transport.write(bytes)
  }
}

function streamIdAt(payload: Buffer): number {
  return payload.readUInt32BE(0) & 0x7fff_ffff
}
