// How long does a change wait for company before NGINX takes it up?

/** The changes of one deployment: an Ingress, its Service and its endpoints come within a few milliseconds. */
const gatherMs = 10
/** A reload makes new workers and lets old ones linger: a few may follow one another closely, a storm must not make hundreds. */
const mostAtOnce = 4
const oneEachMs = 300

/** A bucket of reloads that are free, filled again as time goes by. Times are of `performance.now()`. */
export class ReloadPace {
  #free = mostAtOnce
  #at = 0

  waitMs(now: number): number {
    return Math.max(gatherMs, (1 - this.#freeAt(now)) * oneEachMs)
  }

  reloaded(now: number): void {
    this.#free = Math.max(0, this.#freeAt(now) - 1)
    this.#at = now
  }

  #freeAt(now: number): number {
    return Math.min(mostAtOnce, this.#free + (now - this.#at) / oneEachMs)
  }
}
