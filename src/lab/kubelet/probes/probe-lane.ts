// How many checks may be under way at once, when hundreds of containers start together?
import type { Clock } from '../../../client/clock.ts'

/** Waits for a free place. The returned function gives it back. */
export type ProbeLane = () => Promise<() => void>

const places = 48
/** A check that takes longer waits for its container, not for this process, and holds nobody up. */
const longestHoldMs = 200

/**
 * One for the whole process. The time limit of a check begins when it has its place, so that a container is never
 * called slow because this process was busy.
 */
export function createProbeLane(clock: Clock): ProbeLane {
  let taken = 0
  const waiting: (() => void)[] = []
  const release = () => {
    const next = waiting.shift()
    if (next === undefined) taken--
    else next()
  }
  return async () => {
    if (taken < places) taken++
    else await new Promise<void>(resolve => waiting.push(resolve))
    let isHeld = true
    const giveBack = () => {
      if (!isHeld) return
      isHeld = false
      cancel()
      release()
    }
    const cancel = clock.setTimer(longestHoldMs, giveBack)
    return giveBack
  }
}
