// What time is it, and who wakes me later? Passed in everywhere, so that tests own the time.

export interface Clock {
  /** ms since the epoch. */
  now(): number
  /** Calls back once after `delayMs`; the returned function cancels. A timer never keeps the process alive. */
  setTimer(delayMs: number, callback: () => void): () => void
}

/** The longest delay that setTimeout takes; longer ones would fire at once. */
const longestTimerMs = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), longestTimerMs))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** Resolves after `delayMs`, or as soon as the signal aborts. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) return Promise.resolve()
  const finish = () => {
    cancel()
    signal.removeEventListener('abort', finish)
    resolve()
  }
  const cancel = clock.setTimer(delayMs, finish)
  signal.addEventListener('abort', finish, { once: true })
  return promise
}
