// When is an ended container started again?
import type { ContainerExit } from '../runtime.ts'

export type RestartPolicy = 'Always' | 'OnFailure' | 'Never'

export interface BackoffLimits {
  readonly firstMs: number
  readonly longestMs: number
  /** A container that ran this long starts with a clean slate. */
  readonly resetMs: number
}

/** The kubelet's own values. */
export const kubeletBackoff: BackoffLimits = { firstMs: 10_000, longestMs: 300_000, resetMs: 600_000 }

/** Consecutive starts that ended soon; `crashes` 0 means none is held against the container. */
export interface RestartHistory {
  readonly crashes: number
}

export function shouldRestart(policy: RestartPolicy, exit: Pick<ContainerExit, 'exitCode'>): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && exit.exitCode !== 0)
}

/** What the history is after a container that ran for `ranMs` ended, and how long to wait before the next start. */
export function afterExit(
  history: RestartHistory,
  ranMs: number,
  limits: BackoffLimits,
): { readonly history: RestartHistory; readonly delayMs: number } {
  const before = ranMs >= limits.resetMs ? 0 : history.crashes
  // The first restart is immediate; then 10 s, 20 s, 40 s … 5 min.
  const delayMs = before === 0 ? 0 : Math.min(limits.firstMs * 2 ** (before - 1), limits.longestMs)
  return { history: { crashes: before + 1 }, delayMs }
}

/** As the kubelet prints it: `10s`, `1m20s`, `5m0s`. */
export function formatBackoff(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (ms < 1000) return `${ms}ms`
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
