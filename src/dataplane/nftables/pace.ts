// How long may changes wait for company? A single one hardly at all; in a storm each transaction should carry many.

/** Spending is forgotten at this rate, in ms. */
const memoryMs = 200
/** Spending within that memory that costs nobody a wait, in ms: a change of one endpoint on ten nodes stays below. */
const freeMs = 10
const longestWaitMs = 150

/** Shared by the appliers of all nodes, since they share one thread. */
export class Pace {
  #spentMs = 0
  #at = 0

  /** Tells that applying took `ms`, at `now` (performance.now()). */
  spend(ms: number, now: number): void {
    this.#spentMs = this.#recent(now) + ms
    this.#at = now
  }

  /** How long to gather changes before the next transaction, in ms, at least `leastMs`. */
  waitMs(leastMs: number, now: number): number {
    return Math.min(longestWaitMs, leastMs + Math.max(0, this.#recent(now) - freeMs))
  }

  #recent(now: number): number {
    return this.#spentMs * Math.exp((this.#at - now) / memoryMs)
  }
}
