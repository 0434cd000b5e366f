// Is a container ready, alive, started, given its probes' results so far?

export type ProbeKind = 'startup' | 'readiness' | 'liveness'

export interface Thresholds {
  readonly success: number
  readonly failure: number
}

/** What a series of results has come to. `verdict` is undefined before the first threshold is reached. */
export interface ProbeState {
  readonly verdict: boolean | undefined
  /** How many results of the same kind came last. */
  readonly run: number
  readonly last: boolean | undefined
}

export const noResults: ProbeState = { verdict: undefined, run: 0, last: undefined }

/** A verdict changes only after as many equal results in a row as its threshold says. */
export function withResult(state: ProbeState, ok: boolean, thresholds: Thresholds): ProbeState {
  const run = state.last === ok ? state.run + 1 : 1
  const reached = run >= (ok ? thresholds.success : thresholds.failure)
  return { verdict: reached ? ok : state.verdict, run, last: ok }
}

export interface ProbeTiming {
  readonly initialDelayMs: number
  readonly periodMs: number
  readonly timeoutMs: number
  readonly thresholds: Thresholds
}

interface TimingFields {
  readonly initialDelaySeconds?: number
  readonly periodSeconds?: number
  readonly timeoutSeconds?: number
  readonly successThreshold?: number
  readonly failureThreshold?: number
}

/** The fields of a probe with the API server's defaults. */
export function timingOf(probe: TimingFields): ProbeTiming {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: Math.max(probe.periodSeconds ?? 10, 1) * 1000,
    timeoutMs: Math.max(probe.timeoutSeconds ?? 1, 1) * 1000,
    thresholds: {
      success: Math.max(probe.successThreshold ?? 1, 1),
      failure: Math.max(probe.failureThreshold ?? 3, 1),
    },
  }
}

/** Checks of a container that has only just started come this fast, as long as it does not answer. */
const eagerDelaysMs = [50, 100, 200, 400, 800] as const

/**
 * When the next check is due. A container that does not answer its first readiness check is asked again soon, a few
 * times: a server that needs a moment to listen need not wait for a whole period. Such early failures count for nothing.
 * The first check by the period falls at a random point of it, so that pods which started together are not checked
 * together for ever; from then on checks come by the period.
 */
export function nextCheck(
  timing: ProbeTiming,
  history: { readonly kind: ProbeKind; readonly checks: number; readonly hasPassed: boolean },
  random: number,
): { readonly delayMs: number; readonly isEager: boolean } {
  const { kind, checks, hasPassed } = history
  if (checks === 0) return { delayMs: timing.initialDelayMs, isEager: false }
  const eagerMs = kind === 'liveness' || hasPassed ? undefined : eagerDelaysMs[checks - 1]
  if (eagerMs !== undefined && eagerMs < timing.periodMs) return { delayMs: eagerMs, isEager: true }
  const isFirstByPeriod = hasPassed ? checks === 1 : checks === eagerDelaysMs.length + 1
  return { delayMs: timing.periodMs * (isFirstByPeriod ? 0.5 + random / 2 : 1), isEager: false }
}
