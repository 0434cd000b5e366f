// One stream of a SPDY connection, as a Duplex whose two directions end on their own.
import { Duplex } from 'node:stream'
import type { Headers } from './headers.ts'

/** What a stream asks of its connection. */
export interface StreamLink {
  /** Calls back when the connection can take more of this stream. */
  send(stream: SpdyStream, bytes: Buffer, done: () => void): void
  finish(stream: SpdyStream): void
  /** The stream is over; `isComplete` says whether both directions had ended by themselves. */
  release(stream: SpdyStream, isComplete: boolean): void
}

/** Held per stream before the whole connection has to wait: kubectl's SPDY has no windows, so others would wait too. */
const bufferedBytes = 1024 * 1024

export class SpdyStream extends Duplex {
  readonly id: number
  readonly headers: Headers
  readonly #link: StreamLink
  #whenWanted: (() => void) | undefined

  constructor(id: number, headers: Headers, link: StreamLink) {
    super({ readableHighWaterMark: bufferedBytes, allowHalfOpen: true })
    this.id = id
    this.headers = headers
    this.#link = link
  }

  /** Hands over what the client sent; resolves when there is room for more, or nobody wants it any longer. */
  async receive(bytes: Buffer): Promise<void> {
    if (this.destroyed || this.readableEnded || this.push(bytes)) return
    await new Promise<void>(resolve => {
      this.#whenWanted = resolve
    })
  }

  /** The client will send no more. */
  receiveEnd(): void {
    if (!this.destroyed && !this.readableEnded) this.push(null)
  }

  override _read(): void {
    this.#wanted()
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#link.send(this, bytes, done)
  }

  override _final(done: () => void): void {
    this.#link.finish(this)
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#wanted()
    this.#link.release(this, this.readableEnded && this.writableFinished)
    done(error)
  }

  #wanted(): void {
    const resolve = this.#whenWanted
    this.#whenWanted = undefined
    resolve?.()
  }
}
