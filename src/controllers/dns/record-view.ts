// Holds the records of one zone view and hands every change to the servers that serve it.
import type { DnsRecord } from '../../network/dns-record.ts'

export interface RecordServer {
  update(records: readonly DnsRecord[]): Promise<void>
}

export class RecordView {
  #records: readonly DnsRecord[] = []
  readonly #servers = new Set<RecordServer>()
  readonly #onError: (error: unknown) => void

  /** `onError` hears of a server that did not take a change; the next change is tried again. */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError
  }

  get records(): readonly DnsRecord[] {
    return this.#records
  }

  publish(records: readonly DnsRecord[]): void {
    this.#records = records
    for (const server of this.#servers) server.update(records).catch(this.#onError)
  }

  /** The server has been started with `records`; returns the way to stop following. */
  attach(server: RecordServer): () => void {
    this.#servers.add(server)
    // A change may have come between the start and now.
    server.update(this.#records).catch(this.#onError)
    return () => this.#servers.delete(server)
  }
}
