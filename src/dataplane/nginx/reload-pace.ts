// How long does a change wait for company before NGINX takes it up?

/** The changes of one deployment: an Ingress, its Service and its endpoints come within a few milliseconds. */
const gatherMs = 10
/** From one reload to the next. A reload makes new workers and lets old ones linger; a storm of changes must not make hundreds. */
const shortestGapMs = 40
const longestGapMs = 1000

/** The gap doubles as long as changes come within it, and is short again after a quiet one. Times are of `performance.now()`. */
export class ReloadPace {
  #reloadedAt = Number.NEGATIVE_INFINITY
  #gapMs = shortestGapMs
  #hasHeldBack = false

  waitMs(now: number): number {
    const restMs = this.#reloadedAt + this.#gapMs - now
    this.#hasHeldBack ||= restMs > gatherMs
    return Math.max(gatherMs, restMs)
  }

  reloaded(now: number): void {
    this.#gapMs = this.#hasHeldBack ? Math.min(this.#gapMs * 2, longestGapMs) : shortestGapMs
    this.#hasHeldBack = false
    this.#reloadedAt = now
  }
}
