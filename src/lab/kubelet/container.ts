// How does one container live: started, checked, restarted by its policy, stopped?
import { randomBytes } from 'node:crypto'
import type { Clock } from '../../client/clock.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { ContainerContext, ContainerExit, RunningContainer, Runtime } from '../runtime.ts'
import type { EventText } from './event-recorder.ts'
import type { FailMode } from './fail-mode.ts'
import { formatTime } from './format-time.ts'
import { LogBuffer } from './log-buffer.ts'
import type { ContainerSpec, ContainerState, ContainerStatus, TerminatedState } from './pod-types.ts'
import type { ProbeLane } from './probes/probe-lane.ts'
import { Prober } from './probes/prober.ts'
import type { ProbeTarget } from './probes/run-probe.ts'
import { afterExit, type BackoffLimits, formatBackoff, type RestartPolicy, shouldRestart } from './restart.ts'
import { runHook } from './run-hook.ts'

/** What a container needs of its pod and node. */
export interface ContainerHost {
  readonly clock: Clock
  readonly random: () => number
  readonly backoff: BackoffLimits
  readonly lane: ProbeLane
  readonly pod: Pod
  runtimeFor(container: ContainerSpec): Runtime
  context(container: ContainerSpec, log: ContainerContext['log']): ContainerContext
  /** What the container refers to and is not there, in the kubelet's words. */
  missing(container: ContainerSpec): string | undefined
  /** Resolves when what was missing may be there. */
  sourcesChanged(signal: AbortSignal): Promise<void>
  target(container: ContainerSpec): Omit<ProbeTarget, 'exec'>
  event(text: Omit<EventText, 'fieldPath'>, containerName: string): void
  /** The container's status is another. */
  changed(): void
}

/** A container that fails its liveness rehearsal is killed again this long after each start. */
const rehearsedLivenessMs = 5000

export class Container {
  readonly #host: ContainerHost
  readonly #policy: RestartPolicy
  readonly #stopSignal = new AbortController()
  #spec: ContainerSpec
  #state: ContainerState = { waiting: { reason: 'ContainerCreating' } }
  #lastState: ContainerState | undefined
  #restartCount = 0
  #id: string | undefined
  #running: RunningContainer | undefined
  #prober: Prober | undefined
  #mode: FailMode | undefined
  #cancelRehearsal: (() => void) | undefined
  /** Set while somebody kills the container so that it starts anew. */
  #killing: Promise<void> | undefined
  log: LogBuffer
  previousLog: LogBuffer | undefined

  constructor(
    host: ContainerHost,
    spec: ContainerSpec,
    options: { policy: RestartPolicy; before: ContainerStatus | undefined },
  ) {
    this.#host = host
    this.#spec = spec
    this.#policy = options.policy
    this.log = new LogBuffer(() => host.clock.now())
    if (options.before !== undefined) this.#adopt(options.before)
  }

  get name(): string {
    return this.#spec.name
  }

  get spec(): ContainerSpec {
    return this.#spec
  }

  get running(): RunningContainer | undefined {
    return this.#running
  }

  get isStarted(): boolean {
    return this.#running !== undefined && (this.#prober?.isStarted ?? true)
  }

  get isReady(): boolean {
    return this.#running !== undefined && (this.#prober?.isReady ?? true) && this.#mode?.kind !== 'readiness'
  }

  /** True while the first verdict is only a moment away, and a status written now would soon be wrong. */
  get isSettling(): boolean {
    const { waiting } = this.#state
    return (
      waiting?.reason === 'ContainerCreating' || (this.#running !== undefined && this.#prober?.isUndecided === true)
    )
  }

  /** How it ended, when it has ended for good. */
  get exitCode(): number | undefined {
    return this.#running === undefined ? this.#state.terminated?.exitCode : undefined
  }

  waitFor(reason: string): void {
    if (this.#running === undefined && this.#state.terminated === undefined) this.#state = { waiting: { reason } }
  }

  status(): ContainerStatus {
    const image = this.#spec.image ?? ''
    const { terminated } = this.#state
    return {
      name: this.name,
      state: this.#state,
      lastState: this.#lastState ?? {},
      // A finished init container counts as ready; the API has it so.
      ready: this.isReady || (this.#policy !== 'Always' && terminated?.exitCode === 0 && this.#isInit),
      restartCount: this.#restartCount,
      image,
      imageID: this.#id === undefined ? '' : `fairway.dev/${this.#host.runtimeFor(this.#spec).name}`,
      ...(this.#id !== undefined && { containerID: this.#id }),
      started: this.isStarted,
    }
  }

  /** Runs until the container has ended and is not to be started again, or until `stop`. */
  async run(): Promise<void> {
    const { signal } = this.#stopSignal
    const { clock, backoff } = this.#host
    const { terminated } = this.#state
    if (terminated !== undefined && !shouldRestart(this.#policy, terminated)) return
    let history = { crashes: 0 }
    while (!signal.aborted) {
      await this.#untilComplete()
      if (signal.aborted) return
      const startedAtMs = clock.now()
      const exit = await this.#once(startedAtMs)
      if (signal.aborted || !shouldRestart(this.#policy, exit)) return
      const next = afterExit(history, clock.now() - startedAtMs, backoff)
      history = next.history
      if (next.delayMs > 0) await this.#backOff(next.delayMs)
    }
  }

  /** Takes over a new pod object: a changed image restarts the container. */
  update(spec: ContainerSpec): void {
    const isOther = spec.image !== this.#spec.image
    this.#spec = spec
    if (isOther && this.#running !== undefined) {
      this.#restart(`Container ${this.name} definition changed, will be restarted`)
    }
  }

  rehearse(mode: FailMode | undefined): void {
    if (JSON.stringify(mode) === JSON.stringify(this.#mode)) return
    this.#mode = mode
    this.#rehearseNow()
    this.#host.changed()
  }

  /** preStop, SIGTERM, SIGKILL when `graceMs` have passed; resolves when nothing runs any more. */
  async stop(graceMs: number): Promise<void> {
    this.#stopSignal.abort()
    this.#cancelRehearsal?.()
    this.#prober?.onlyReadiness()
    const running = this.#running
    if (running === undefined) return
    await this.#killRunning(running, graceMs)
    await this.#killing
  }

  get #isInit(): boolean {
    return this.#host.pod.spec?.initContainers?.some(({ name }) => name === this.name) === true
  }

  /** An earlier agent ran this container; it ended when that agent did. */
  #adopt({ restartCount, state, containerID }: ContainerStatus): void {
    if (state?.terminated !== undefined) {
      this.#restartCount = restartCount
      this.#state = state
      this.#id = containerID
      return
    }
    if (state?.running === undefined) {
      this.#restartCount = restartCount
      return
    }
    const terminated: TerminatedState = {
      exitCode: 255,
      reason: 'Unknown',
      startedAt: state.running.startedAt ?? formatTime(this.#host.clock.now()),
      finishedAt: formatTime(this.#host.clock.now()),
      ...(containerID !== undefined && { containerID }),
    }
    if (this.#policy === 'Never') {
      this.#state = { terminated }
      this.#restartCount = restartCount
      return
    }
    this.#lastState = { terminated }
    this.#restartCount = restartCount + 1
  }

  /** Waits until every ConfigMap, Secret and key that the container needs is there. */
  async #untilComplete(): Promise<void> {
    const { signal } = this.#stopSignal
    for (;;) {
      const missing = this.#host.missing(this.#spec)
      if (missing === undefined || signal.aborted) return
      if (this.#state.waiting?.message !== missing) {
        this.#state = { waiting: { reason: 'CreateContainerConfigError', message: missing } }
        this.#host.event({ type: 'Warning', reason: 'Failed', message: `Error: ${missing}` }, this.name)
        this.#host.changed()
      }
      await this.#host.sourcesChanged(signal)
    }
  }

  async #once(startedAtMs: number): Promise<ContainerExit> {
    const { clock } = this.#host
    const isRestart = this.#state.terminated !== undefined || this.#state.waiting?.reason === 'CrashLoopBackOff'
    if (isRestart) {
      this.#restartCount++
      this.#lastState = this.#state.terminated === undefined ? this.#lastState : { terminated: this.#state.terminated }
      this.previousLog = this.log
      this.log = new LogBuffer(() => clock.now())
    }
    const log = this.log
    this.#id = `fairway://${randomBytes(32).toString('hex')}`
    const exit = await this.#startAndWait(startedAtMs, log)
    this.#cancelRehearsal?.()
    this.#prober?.stop()
    this.#prober = undefined
    this.#running = undefined
    this.#killing = undefined
    log.end()
    const message = exit.message ?? this.#terminationMessage(exit, log)
    this.#state = {
      terminated: {
        exitCode: exit.exitCode,
        ...(exit.signal !== undefined && { signal: exit.signal }),
        reason: exit.reason,
        ...(message !== undefined && message !== '' && { message }),
        startedAt: formatTime(startedAtMs),
        finishedAt: formatTime(clock.now()),
        containerID: this.#id,
      },
    }
    this.#host.changed()
    return exit
  }

  async #startAndWait(startedAtMs: number, log: LogBuffer): Promise<ContainerExit> {
    const spec = this.#spec
    const host = this.#host
    const runtime = host.runtimeFor(spec)
    const image = spec.image ?? ''
    if (this.#restartCount === 0) {
      const message = runtime.describe?.(image) ?? `Container image "${image}" is run by Fairway's ${runtime.name}`
      host.event({ type: 'Normal', reason: 'Pulled', message }, this.name)
    }
    try {
      const running = await runtime.start(host.context(spec, (stream, chunk) => log.append(stream, chunk)))
      this.#running = running
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      host.event({ type: 'Warning', reason: 'Failed', message: `Error: ${message}` }, this.name)
      return { exitCode: 128, reason: 'StartError', message }
    }
    const running = this.#running
    host.event({ type: 'Normal', reason: 'Created', message: `Created container: ${this.name}` }, this.name)
    host.event({ type: 'Normal', reason: 'Started', message: `Started container ${this.name}` }, this.name)
    for (const { containerPort, protocol } of spec.ports ?? []) {
      if (protocol !== 'SCTP') continue
      const message = `Port ${containerPort}/SCTP is not served: this kernel has no SCTP for stand-ins`
      host.event({ type: 'Warning', reason: 'PortNotServed', message }, this.name)
    }
    this.#state = { running: { startedAt: formatTime(startedAtMs) } }
    if (this.#stopSignal.signal.aborted) void running.stop(0)
    await this.#postStart(running)
    if (spec.startupProbe !== undefined || spec.readinessProbe !== undefined || spec.livenessProbe !== undefined) {
      this.#prober = this.#startProber(running)
    }
    this.#rehearseNow()
    host.changed()
    return this.#rehearsedExit(await running.exited)
  }

  #startProber(running: RunningContainer): Prober {
    const { clock, random, lane } = this.#host
    return new Prober(this.#spec, {
      clock,
      random,
      lane,
      target: { ...this.#host.target(this.#spec), exec: options => running.exec(options) },
      events: {
        changed: () => this.#host.changed(),
        unhealthy: (kind, why) => {
          const name = `${kind[0]?.toUpperCase()}${kind.slice(1)}`
          this.#host.event({ type: 'Warning', reason: 'Unhealthy', message: `${name} probe failed: ${why}` }, this.name)
        },
        mustRestart: (kind, probe) => {
          const graceMs =
            probe.terminationGracePeriodSeconds === undefined ? undefined : probe.terminationGracePeriodSeconds * 1000
          this.#restart(`Container ${this.name} failed ${kind} probe, will be restarted`, graceMs)
        },
      },
    })
  }

  async #postStart(running: RunningContainer): Promise<void> {
    const hook = this.#spec.lifecycle?.postStart
    if (hook === undefined) return
    const target = { ...this.#host.target(this.#spec), exec: running.exec.bind(running) }
    const result = await Promise.race([runHook(hook, target, 60_000), running.exited])
    if (!('ok' in result) || result.ok) return
    this.#host.event(
      { type: 'Warning', reason: 'FailedPostStartHook', message: `PostStartHook failed: ${result.why}` },
      this.name,
    )
    this.#restart('FailedPostStartHook')
  }

  #restart(message: string, graceMs = (this.#host.pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000): void {
    const running = this.#running
    if (running === undefined || this.#killing !== undefined) return
    this.#killing = this.#killRunning(running, graceMs, message)
  }

  async #killRunning(
    running: RunningContainer,
    graceMs: number,
    message = `Stopping container ${this.name}`,
  ): Promise<void> {
    const { clock } = this.#host
    this.#host.event({ type: 'Normal', reason: 'Killing', message }, this.name)
    const deadlineMs = clock.now() + graceMs
    const hook = this.#spec.lifecycle?.preStop
    if (hook !== undefined && graceMs > 0) {
      const target = { ...this.#host.target(this.#spec), exec: running.exec.bind(running) }
      const result = await Promise.race([runHook(hook, target, graceMs), running.exited])
      if ('ok' in result && !result.ok) {
        this.#host.event(
          { type: 'Warning', reason: 'FailedPreStopHook', message: `PreStopHook failed: ${result.why}` },
          this.name,
        )
      }
    }
    // However long the hook took, the program gets two seconds, as the kubelet gives it.
    await running.stop(graceMs === 0 ? 0 : Math.max(deadlineMs - clock.now(), 2000))
  }

  #rehearseNow(): void {
    this.#cancelRehearsal?.()
    this.#cancelRehearsal = undefined
    const running = this.#running
    if (running === undefined) return
    const mode = this.#mode
    if (running.rehearse !== undefined) running.rehearse(mode)
    else if (mode !== undefined && !['readiness', 'liveness', 'crash'].includes(mode.kind)) {
      const message = `fairway.dev/fail=${mode.kind} has no effect on container ${this.name}: it is no stand-in`
      this.#host.event({ type: 'Warning', reason: 'FailModeIgnored', message }, this.name)
    }
    if (mode?.kind === 'crash') void running.stop(0)
    if (mode?.kind === 'liveness') {
      const fail = () => {
        this.#host.event(
          { type: 'Warning', reason: 'Unhealthy', message: 'Liveness probe failed: rehearsed by fairway.dev/fail' },
          this.name,
        )
        this.#restart(`Container ${this.name} failed liveness probe, will be restarted`)
      }
      const ranMs = this.#host.clock.now() - Date.parse(this.#state.running?.startedAt ?? '')
      if (ranMs > rehearsedLivenessMs) fail()
      else this.#cancelRehearsal = this.#host.clock.setTimer(this.#restartCount === 0 ? 0 : rehearsedLivenessMs, fail)
    }
    this.#prober?.checkNow()
  }

  #rehearsedExit(exit: ContainerExit): ContainerExit {
    if (this.#mode?.kind !== 'crash' || this.#stopSignal.signal.aborted) return exit
    return { exitCode: 1, reason: 'Error', message: 'rehearsed by fairway.dev/fail=crash' }
  }

  async #backOff(delayMs: number): Promise<void> {
    const { pod, clock } = this.#host
    const { terminated } = this.#state
    const key = `${pod.metadata.name}_${pod.metadata.namespace ?? 'default'}(${pod.metadata.uid ?? ''})`
    const message = `back-off ${formatBackoff(delayMs)} restarting failed container=${this.name} pod=${key}`
    if (terminated !== undefined) this.#lastState = { terminated }
    this.#state = { waiting: { reason: 'CrashLoopBackOff', message } }
    const what = `Back-off restarting failed container ${this.name} in pod ${key}`
    this.#host.event({ type: 'Warning', reason: 'BackOff', message: what }, this.name)
    this.#host.changed()
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = clock.setTimer(delayMs, resolve)
    this.#stopSignal.signal.addEventListener('abort', () => resolve(), { once: true })
    await promise
    cancel()
  }

  #terminationMessage(exit: ContainerExit, log: LogBuffer): string | undefined {
    const wantsLog = this.#spec.terminationMessagePolicy === 'FallbackToLogsOnError' && exit.exitCode !== 0
    return wantsLog ? log.tail(80, 2048) : undefined
  }
}
