// How long is a key left alone after it was worked on, so that a flood of changes is worked on together?
import type { Clock } from '../../client/clock.ts'

export interface HoldTimes {
  /** After the first work of a key that was quiet. */
  readonly firstMs: number
  /** Doubled each time that changes came during the hold, up to this. */
  readonly longestMs: number
}

export interface Holds {
  /** True when the key is held; it is then released later, and `release` is told of it. */
  keep(key: string): boolean
  /** Keys that are kept. */
  readonly size: number
  /** The key was just worked on; what was kept of it is dealt with. */
  begin(key: string): void
  clear(): void
}

interface Hold {
  readonly ms: number
  hasChanged: boolean
  readonly cancel: () => void
}

/** The first change of a quiet key is never delayed; what follows close behind waits at most `longestMs`. */
export function createHolds(clock: Clock, times: HoldTimes, release: (key: string) => void): Holds {
  const holds = new Map<string, Hold>()
  /** How long the hold was out of which a key that is worked on now was released. */
  const released = new Map<string, number>()
  let size = 0

  function end(key: string): void {
    const hold = holds.get(key)
    holds.delete(key)
    if (hold?.hasChanged !== true) return
    size--
    released.set(key, hold.ms)
    release(key)
  }

  return {
    get size() {
      return size
    },
    keep(key) {
      const hold = holds.get(key)
      if (hold === undefined) return false
      if (!hold.hasChanged) size++
      hold.hasChanged = true
      return true
    },
    begin(key) {
      // Worked on before its time: what came during the hold is dealt with.
      const running = holds.get(key)
      running?.cancel()
      if (running?.hasChanged === true) size--
      const before = released.get(key)
      released.delete(key)
      const ms = before === undefined ? times.firstMs : Math.min(before * 2, times.longestMs)
      holds.set(key, { ms, hasChanged: false, cancel: clock.setTimer(ms, () => end(key)) })
    },
    clear() {
      for (const { cancel } of holds.values()) cancel()
      holds.clear()
      released.clear()
      size = 0
    },
  }
}
