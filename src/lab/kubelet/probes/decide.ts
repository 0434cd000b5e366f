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

/**
 * When the next check is due. The second check falls at a random point of the period, so that pods which started
 * together are not checked together for ever; from then on checks come by the period.
 */
export function nextCheckMs(timing: ProbeTiming, checksDone: number, random: number): number {
  if (checksDone === 0) return timing.initialDelayMs
  return checksDone === 1 ? timing.periodMs * (0.5 + random / 2) : timing.periodMs
}
