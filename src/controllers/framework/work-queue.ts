// Which keys wait for work, which are being worked on, and when is a failed one tried again?
import type { Clock } from '../../client/clock.ts'
import { createHolds, type HoldTimes } from './holds.ts'

/** What a reconcile may ask for: nothing, or to be called again after a while even if nothing happens. */
// biome-ignore lint/suspicious/noConfusingVoidType: most reconciles return nothing, and are plain async functions
export type ReconcileResult = void | { readonly againInMs: number }

export interface WorkQueueOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly reconcile: (key: string) => Promise<ReconcileResult>
  /** Keys worked on at the same time; a single key never is. Default 16. */
  readonly concurrency?: number
  /** Gathers what comes in a flood for one key; without it every change is worked on at once. */
  readonly hold?: HoldTimes
  /** Told of each failure; the key is retried after `againInMs`. */
  readonly onFailure?: (key: string, error: unknown, againInMs: number) => void
}

export interface WorkQueue {
  /** Does nothing when the key waits already. A key that is being worked on is worked on once more afterwards. */
  add(key: string): void
  /** The earliest of several requests for one key wins. */
  addAfter(key: string, delayMs: number): void
  /** Until it is opened, keys gather and nothing runs. */
  open(): void
  /** Resolves when nothing waits or runs; keys whose time has not come do not count. */
  idle(): Promise<void>
}

const firstBackoffMs = 5
const longestBackoffMs = 30_000
/** After so many starts in a row the event loop gets its turn, so that sockets and timers are served in a flood. */
const startsPerTurn = 64

export function createWorkQueue(options: WorkQueueOptions): WorkQueue {
  const { clock, signal, reconcile, concurrency = 16, onFailure } = options
  const waiting = new Set<string>()
  const running = new Set<string>()
  /** Keys that were added while they ran. */
  const again = new Set<string>()
  const failures = new Map<string, number>()
  const delayed = new Map<string, { readonly at: number; readonly cancel: () => void }>()
  const holds = options.hold === undefined ? undefined : createHolds(clock, options.hold, add)
  let idleWaiters: (() => void)[] = []
  let isOpen = false
  let isScheduled = false
  let startsThisTurn = 0

  signal.addEventListener('abort', () => {
    for (const { cancel } of delayed.values()) cancel()
    delayed.clear()
    holds?.clear()
    waiting.clear()
    again.clear()
    settle()
  })

  function isIdle(): boolean {
    return waiting.size === 0 && running.size === 0 && (holds?.size ?? 0) === 0
  }

  function settle(): void {
    if (!isIdle()) return
    const waiters = idleWaiters
    idleWaiters = []
    for (const resolve of waiters) resolve()
  }

  function schedule(): void {
    if (!isOpen || isScheduled || waiting.size === 0 || running.size >= concurrency) return
    isScheduled = true
    // A microtask gathers all changes of one tick into one reconcile, and still answers within that tick.
    if (startsThisTurn < startsPerTurn) queueMicrotask(pump)
    else
      setImmediate(() => {
        startsThisTurn = 0
        pump()
      })
  }

  function pump(): void {
    isScheduled = false
    for (const key of waiting) {
      if (running.size >= concurrency || startsThisTurn >= startsPerTurn) break
      waiting.delete(key)
      running.add(key)
      if (startsThisTurn++ === 0) setImmediate(() => (startsThisTurn = 0))
      // Never rejects: a failure becomes a retry.
      void work(key)
    }
    schedule()
  }

  async function work(key: string): Promise<void> {
    try {
      const result = await reconcile(key)
      failures.delete(key)
      if (!signal.aborted) holds?.begin(key)
      if (result) addAfter(key, result.againInMs)
    } catch (error) {
      if (!signal.aborted) {
        const count = failures.get(key) ?? 0
        failures.set(key, count + 1)
        const againInMs = Math.min(firstBackoffMs * 2 ** count, longestBackoffMs)
        onFailure?.(key, error, againInMs)
        addAfter(key, againInMs)
      }
    }
    running.delete(key)
    if (again.delete(key) && !signal.aborted && holds?.keep(key) !== true) waiting.add(key)
    schedule()
    settle()
  }

  function add(key: string): void {
    if (signal.aborted) return
    if (running.has(key)) again.add(key)
    else if (holds?.keep(key) !== true) {
      waiting.add(key)
      schedule()
    }
  }

  function addAfter(key: string, delayMs: number): void {
    if (signal.aborted) return
    const at = clock.now() + delayMs
    const held = delayed.get(key)
    if (held !== undefined && held.at <= at) return
    held?.cancel()
    const cancel = clock.setTimer(delayMs, () => {
      delayed.delete(key)
      add(key)
    })
    delayed.set(key, { at, cancel })
  }

  return {
    add,
    addAfter,
    open() {
      isOpen = true
      schedule()
    },
    idle() {
      if (isIdle()) return Promise.resolve()
      const { promise, resolve } = Promise.withResolvers<void>()
      idleWaiters.push(resolve)
      return promise
    },
  }
}
