// How much may be sent on a stream, when the peer counts bytes?

/** SPDY/3.1 §2.6.8: what a stream and the connection may carry before the first WINDOW_UPDATE. */
const defaultWindow = 64 * 1024

/** A receiver tells of room once half of the first window was taken. */
const updateAt = defaultWindow / 2

/**
 * The send windows of one connection. kubectl and client-go never send WINDOW_UPDATE and would stall a sender that
 * waits for it, so the windows bind only once the peer has shown that it keeps them; everything is counted from the start.
 */
export class SendWindows {
  #isBinding = false
  #initial = defaultWindow
  #connection = defaultWindow
  readonly #streams = new Map<number, number>()

  allowed(streamId: number): number {
    if (!this.#isBinding) return Number.POSITIVE_INFINITY
    return Math.max(0, Math.min(this.#connection, this.#left(streamId)))
  }

  sent(streamId: number, bytes: number): void {
    this.#connection -= bytes
    this.#streams.set(streamId, this.#left(streamId) - bytes)
  }

  /** Stream 0 is the connection. */
  update(streamId: number, bytes: number): void {
    this.#isBinding = true
    if (streamId === 0) this.#connection += bytes
    else this.#streams.set(streamId, this.#left(streamId) + bytes)
  }

  /** SETTINGS_INITIAL_WINDOW_SIZE changes the open streams by the difference. */
  setInitial(size: number): void {
    this.#isBinding = true
    const change = size - this.#initial
    for (const [streamId, left] of this.#streams) this.#streams.set(streamId, left + change)
    this.#initial = size
  }

  release(streamId: number): void {
    this.#streams.delete(streamId)
  }

  #left(streamId: number): number {
    return this.#streams.get(streamId) ?? this.#initial
  }
}

/** Counts what was taken from the peer, and says when to tell it. */
export class ReceiveWindows {
  readonly #taken = new Map<number, number>()

  /** The size of the WINDOW_UPDATE that is due; 0 while none is. */
  took(streamId: number, bytes: number): number {
    const taken = (this.#taken.get(streamId) ?? 0) + bytes
    const isDue = taken >= updateAt
    this.#taken.set(streamId, isDue ? 0 : taken)
    return isDue ? taken : 0
  }

  release(streamId: number): void {
    this.#taken.delete(streamId)
  }
}
