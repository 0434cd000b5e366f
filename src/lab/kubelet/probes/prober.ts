// Who checks one running container by its probes, for as long as it runs?
import type { Clock } from '../../../client/clock.ts'
import type { ContainerSpec, ProbeSpec } from '../pod-types.ts'
import { nextCheck, noResults, type ProbeKind, type ProbeState, timingOf, withResult } from './decide.ts'
import type { ProbeLane } from './probe-lane.ts'
import { type ProbeTarget, runProbe } from './run-probe.ts'

export interface ProberEvents {
  /** Started or ready has changed. */
  changed(): void
  /** One check has failed: an Event is due. */
  unhealthy(kind: ProbeKind, why: string): void
  /** The container must be killed and, by its policy, restarted. */
  mustRestart(kind: 'startup' | 'liveness', probe: ProbeSpec): void
}

export interface ProberOptions {
  readonly target: ProbeTarget
  readonly events: ProberEvents
  readonly clock: Clock
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  readonly lane: ProbeLane
}

interface Track {
  readonly kind: ProbeKind
  readonly probe: ProbeSpec
  state: ProbeState
  checks: number
  /** The next check is one that may fail without consequence. */
  isEager: boolean
  isChecking: boolean
  cancel: (() => void) | undefined
}

/** Begins at once: the first readiness check of a container does not wait for a period to pass. */
export class Prober {
  readonly #options: ProberOptions
  readonly #tracks: readonly Track[]
  #isStopped = false

  constructor(container: ContainerSpec, options: ProberOptions) {
    this.#options = options
    const { startupProbe, readinessProbe, livenessProbe } = container
    this.#tracks = (
      [
        ['startup', startupProbe],
        ['readiness', readinessProbe],
        ['liveness', livenessProbe],
      ] as const
    ).flatMap(([kind, probe]) =>
      probe === undefined
        ? []
        : [{ kind, probe, state: noResults, checks: 0, isEager: false, isChecking: false, cancel: undefined }],
    )
    if (this.isStarted) this.#startAfterStartup()
    else this.#schedule(this.#track('startup'))
  }

  /** True without a startup probe. */
  get isStarted(): boolean {
    return this.#track('startup')?.state.verdict ?? this.#track('startup') === undefined
  }

  get isReady(): boolean {
    return this.isStarted && (this.#track('readiness')?.state.verdict ?? this.#track('readiness') === undefined)
  }

  /** True while the very first readiness check has not come back, so that a status would soon be out of date. */
  get isUndecided(): boolean {
    const waiting = this.#track('startup') ?? this.#track('readiness')
    return waiting !== undefined && waiting.checks === 0 && timingOf(waiting.probe).initialDelayMs === 0
  }

  /** Checks now, whatever the period says: something about the container has changed. */
  checkNow(): void {
    for (const track of this.#tracks) {
      if (track.cancel === undefined || track.isChecking) continue
      track.cancel()
      void this.#check(track)
    }
  }

  stop(): void {
    this.#isStopped = true
    for (const track of this.#tracks) track.cancel?.()
  }

  /** While a pod ends only its readiness is still of interest (to those who send it requests until the last). */
  onlyReadiness(): void {
    for (const track of this.#tracks) {
      if (track.kind === 'readiness') continue
      track.cancel?.()
      track.cancel = undefined
      track.isChecking = true
    }
  }

  #track(kind: ProbeKind): Track | undefined {
    return this.#tracks.find(track => track.kind === kind)
  }

  #startAfterStartup(): void {
    this.#schedule(this.#track('readiness'))
    this.#schedule(this.#track('liveness'))
  }

  #schedule(track: Track | undefined): void {
    if (track === undefined || this.#isStopped) return
    const { clock, random } = this.#options
    const history = { kind: track.kind, checks: track.checks, hasPassed: track.state.verdict === true }
    const { delayMs, isEager } = nextCheck(timingOf(track.probe), history, random())
    track.isEager = isEager
    track.cancel = clock.setTimer(delayMs, () => void this.#check(track))
  }

  async #check(track: Track): Promise<void> {
    if (track.isChecking || this.#isStopped) return
    track.isChecking = true
    const { target, events, lane } = this.#options
    const timing = timingOf(track.probe)
    const giveBack = await lane()
    const result = this.#isStopped ? { ok: true as const } : await runProbe(track.probe, target, timing.timeoutMs)
    giveBack()
    if (this.#isStopped || track.cancel === undefined) return
    track.isChecking = false
    track.checks++
    const wasReady = this.isReady
    const wasStarted = this.isStarted
    if (!result.ok && track.isEager) {
      this.#schedule(track)
      return
    }
    track.state = withResult(track.state, result.ok, timing.thresholds)
    const isFirst = track.checks === 1
    if (!result.ok) events.unhealthy(track.kind, result.why)
    if (track.kind !== 'readiness' && track.state.verdict === false) {
      events.mustRestart(track.kind, track.probe)
      return
    }
    if (this.isReady !== wasReady || this.isStarted !== wasStarted || isFirst) events.changed()
    if (track.kind === 'startup' && track.state.verdict === true) {
      this.#startAfterStartup()
      return
    }
    this.#schedule(track)
  }
}
