// How does a running container play the outage that the annotation fairway.dev/fail asks for?
import type { ContainerExit, RunningContainer } from '../runtime.ts'
import type { ContainerHost } from './container-host.ts'
import type { FailMode } from './fail-mode.ts'

/** A container that fails its liveness rehearsal is killed again this long after each restart. */
const livenessAgainMs = 5000

export interface Performance {
  readonly running: RunningContainer
  readonly startedAtMs: number
  readonly isRestarted: boolean
}

export class Rehearsal {
  readonly #host: ContainerHost
  readonly #name: string
  readonly #restart: (message: string) => void
  #mode: FailMode | undefined
  #cancel: (() => void) | undefined

  constructor(host: ContainerHost, name: string, restart: (message: string) => void) {
    this.#host = host
    this.#name = name
    this.#restart = restart
  }

  get hidesReadiness(): boolean {
    return this.#mode?.kind === 'readiness'
  }

  /** True when the mode is another than before. */
  choose(mode: FailMode | undefined): boolean {
    if (JSON.stringify(mode) === JSON.stringify(this.#mode)) return false
    this.#mode = mode
    return true
  }

  /** Begins, or changes, what the running container plays. */
  perform({ running, startedAtMs, isRestarted }: Performance): void {
    this.end()
    const mode = this.#mode
    if (running.rehearse !== undefined) running.rehearse(mode)
    else if (mode !== undefined && !anywhere.has(mode.kind)) {
      const message = `fairway.dev/fail=${mode.kind} has no effect on container ${this.#name}: it is no stand-in`
      this.#host.event({ type: 'Warning', reason: 'FailModeIgnored', message }, this.#name)
    }
    if (mode?.kind === 'crash') void running.stop(0)
    if (mode?.kind === 'liveness') {
      const ranMs = this.#host.clock.now() - startedAtMs
      const delayMs = isRestarted ? Math.max(livenessAgainMs - ranMs, 0) : 0
      this.#cancel = this.#host.clock.setTimer(delayMs, () => this.#failLiveness())
    }
  }

  /** The container has ended: nothing is played until it runs again. */
  end(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  /** A rehearsed crash looks like one. */
  exitOf(exit: ContainerExit): ContainerExit {
    if (this.#mode?.kind !== 'crash') return exit
    return { exitCode: 1, reason: 'Error', message: 'rehearsed by fairway.dev/fail=crash' }
  }

  #failLiveness(): void {
    const message = 'Liveness probe failed: rehearsed by fairway.dev/fail'
    this.#host.event({ type: 'Warning', reason: 'Unhealthy', message }, this.#name)
    this.#restart(`Container ${this.#name} failed liveness probe, will be restarted`)
  }
}

/** Modes that any container can play; the others need a stand-in. */
const anywhere: ReadonlySet<FailMode['kind']> = new Set(['readiness', 'liveness', 'crash'] as const)
