// Holds the records of one zone view and hands every change to the servers that serve it.
import { type Clock, systemClock } from '../../client/clock.ts'
import type { DnsRecord } from '../../network/dns-record.ts'

export interface RecordServer {
  update(records: readonly DnsRecord[]): Promise<void>
}

const retryMs = 1_000

export class RecordView {
  #records: readonly DnsRecord[] = []
  readonly #servers = new Set<RecordServer>()
  readonly #updates = new Set<Promise<void>>()
  readonly #onError: (error: unknown) => void
  readonly #clock: Clock

  /** `onError` hears of a server that did not take a change; it is offered again, as long as the server is attached. */
  constructor(onError: (error: unknown) => void, clock: Clock = systemClock) {
    this.#onError = onError
    this.#clock = clock
  }

  get records(): readonly DnsRecord[] {
    return this.#records
  }

  publish(records: readonly DnsRecord[]): void {
    this.#records = records
    for (const server of this.#servers) this.#update(server)
  }

  /** The server has been started with `records`; returns the way to stop following. */
  attach(server: RecordServer): () => void {
    this.#servers.add(server)
    // A change may have come between the start and now.
    this.#update(server)
    return () => this.#servers.delete(server)
  }

  /** Resolves when every server has taken what was published, or has failed to. */
  async settled(): Promise<void> {
    await Promise.all(this.#updates)
  }

  #update(server: RecordServer): void {
    const update = server
      .update(this.#records)
      .catch((error: unknown) => {
        this.#onError(error)
        this.#clock.setTimer(retryMs, () => {
          if (this.#servers.has(server)) this.#update(server)
        })
      })
      .finally(() => this.#updates.delete(update))
    this.#updates.add(update)
  }
}
