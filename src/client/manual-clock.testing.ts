// A clock that stands still until a test moves it on.
import type { Clock } from './clock.ts'

export interface ManualClock extends Clock {
  /** Every timer that is due by then goes off. */
  advance(ms: number): void
}

/** `start` in ms since the epoch. */
export function manualClock(start = 0): ManualClock {
  let now = start
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  return {
    now: () => now,
    setTimer(delayMs, callback) {
      const timer = { at: now + delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    advance(ms) {
      now += ms
      for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.callback()
    },
  }
}
