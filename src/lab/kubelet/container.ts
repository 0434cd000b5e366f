// How does one container live: started, checked, restarted by its policy, stopped?
import { randomBytes } from 'node:crypto'
import { pause } from '../../client/clock.ts'
import { formatTime } from '../../objects/time.ts'
import type { ContainerExit, RunningContainer } from '../runtime.ts'
import { pastOf } from './adopt-container.ts'
import { afterStart, endContainer } from './container-hooks.ts'
import type { ContainerHost } from './container-host.ts'
import type { FailMode } from './fail-mode.ts'
import { LogBuffer } from './log-buffer.ts'
import type { ContainerSpec, ContainerState, ContainerStatus } from './pod-types.ts'
import { Prober } from './probes/prober.ts'
import { Rehearsal } from './rehearsal.ts'
import { afterExit, formatBackoff, type RestartPolicy, shouldRestart } from './restart.ts'

/** How much of a failed container's log becomes its termination message, where it asks for that. */
const messageLines = 80
const messageBytes = 2048

export class Container {
  readonly #host: ContainerHost
  readonly #policy: RestartPolicy
  readonly #stopSignal = new AbortController()
  readonly #rehearsal: Rehearsal
  #spec: ContainerSpec
  #state: ContainerState
  #lastState: ContainerState | undefined
  #restartCount: number
  #id: string | undefined
  #running: RunningContainer | undefined
  #startedAtMs = 0
  #prober: Prober | undefined
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
    this.#rehearsal = new Rehearsal(host, spec.name, message => this.#restart(message))
    const past = pastOf(options.before, options.policy, host.clock.now())
    this.#state = past.state
    this.#lastState = past.lastState
    this.#restartCount = past.restartCount
    this.#id = past.id
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
    return this.#running !== undefined && (this.#prober?.isReady ?? true) && !this.#rehearsal.hidesReadiness
  }

  /** True while the first verdict is only a moment away, and a status written now would soon be wrong. */
  get isSettling(): boolean {
    const { waiting } = this.#state
    return (
      waiting?.reason === 'ContainerCreating' || (this.#running !== undefined && this.#prober?.isUndecided === true)
    )
  }

  /** How it ended, when it has ended. */
  get exitCode(): number | undefined {
    return this.#running === undefined ? this.#state.terminated?.exitCode : undefined
  }

  waitFor(reason: string): void {
    if (this.#running === undefined && this.#state.terminated === undefined) this.#state = { waiting: { reason } }
  }

  status(): ContainerStatus {
    const image = this.#spec.image ?? ''
    const isInit = this.#host.pod.spec?.initContainers?.some(({ name }) => name === this.name) === true
    return {
      name: this.name,
      state: this.#state,
      lastState: this.#lastState ?? {},
      // A finished init container counts as ready; the API has it so.
      ready: this.isReady || (isInit && this.exitCode === 0),
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
      const exit = await this.#once()
      if (signal.aborted || !shouldRestart(this.#policy, exit)) return
      const next = afterExit(history, clock.now() - this.#startedAtMs, backoff)
      history = next.history
      if (next.delayMs > 0) await this.#backOff(next.delayMs)
    }
  }

  /** Takes over a new pod object: a changed image restarts the container. */
  update(spec: ContainerSpec): void {
    const isOther = spec.image !== this.#spec.image
    this.#spec = spec
    if (isOther) this.#restart(`Container ${this.name} definition changed, will be restarted`)
  }

  rehearse(mode: FailMode | undefined): void {
    if (!this.#rehearsal.choose(mode)) return
    this.#perform()
    this.#prober?.checkNow()
    this.#host.changed()
  }

  /** preStop, SIGTERM, SIGKILL when `graceMs` have passed; resolves when nothing runs any more. */
  async stop(graceMs: number): Promise<void> {
    this.#stopSignal.abort()
    this.#rehearsal.end()
    this.#prober?.onlyReadiness()
    const running = this.#running
    if (running === undefined) return
    await endContainer(this.#host, this.#spec, { running, graceMs, message: `Stopping container ${this.name}` })
    await this.#killing
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

  async #once(): Promise<ContainerExit> {
    const { clock } = this.#host
    if (this.#state.terminated !== undefined || this.#state.waiting?.reason === 'CrashLoopBackOff') {
      this.#restartCount++
      if (this.#state.terminated !== undefined) this.#lastState = { terminated: this.#state.terminated }
      this.previousLog = this.log
      this.log = new LogBuffer(() => clock.now())
    }
    const { log } = this
    this.#startedAtMs = clock.now()
    this.#id = `fairway://${randomBytes(32).toString('hex')}`
    const exit = await this.#startAndWait(log)
    this.#rehearsal.end()
    this.#prober?.stop()
    this.#prober = undefined
    this.#running = undefined
    this.#killing = undefined
    log.end()
    const wantsLog = this.#spec.terminationMessagePolicy === 'FallbackToLogsOnError' && exit.exitCode !== 0
    const message = exit.message ?? (wantsLog ? log.tail(messageLines, messageBytes) : '')
    this.#state = {
      terminated: {
        exitCode: exit.exitCode,
        ...(exit.signal !== undefined && { signal: exit.signal }),
        reason: exit.reason,
        ...(message !== '' && { message }),
        startedAt: formatTime(this.#startedAtMs),
        finishedAt: formatTime(clock.now()),
        containerID: this.#id,
      },
    }
    this.#host.changed()
    return exit
  }

  async #startAndWait(log: LogBuffer): Promise<ContainerExit> {
    const spec = this.#spec
    const host = this.#host
    let running: RunningContainer
    try {
      const runtime = host.runtimeFor(spec)
      if (this.#restartCount === 0)
        this.#say('Pulled', runtime.describe?.(spec.image ?? '') ?? `Run by ${runtime.name}`)
      running = await runtime.start(host.context(spec, (stream, chunk) => log.append(stream, chunk)))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      host.event({ type: 'Warning', reason: 'Failed', message: `Error: ${message}` }, this.name)
      return { exitCode: 128, reason: 'StartError', message }
    }
    this.#running = running
    this.#say('Created', `Created container: ${this.name}`)
    this.#say('Started', `Started container ${this.name}`)
    for (const { containerPort, protocol } of spec.ports ?? []) {
      if (protocol !== 'SCTP') continue
      const message = `Port ${containerPort}/SCTP is not served: stand-ins speak TCP and UDP only`
      host.event({ type: 'Warning', reason: 'PortNotServed', message }, this.name)
    }
    this.#state = { running: { startedAt: formatTime(this.#startedAtMs) } }
    if (this.#stopSignal.signal.aborted) void running.stop(0)
    if (!(await afterStart(host, spec, running))) this.#restart('FailedPostStartHook')
    if (spec.startupProbe !== undefined || spec.readinessProbe !== undefined || spec.livenessProbe !== undefined) {
      this.#prober = this.#startProber(running)
    }
    this.#perform()
    host.changed()
    const exit = await running.exited
    return this.#stopSignal.signal.aborted ? exit : this.#rehearsal.exitOf(exit)
  }

  #startProber(running: RunningContainer): Prober {
    const host = this.#host
    return new Prober(this.#spec, {
      ...host,
      target: { ...host.target(this.#spec), exec: options => running.exec(options) },
      events: {
        changed: () => host.changed(),
        unhealthy: (kind, why) => {
          const message = `${kind[0]?.toUpperCase()}${kind.slice(1)} probe failed: ${why}`
          host.event({ type: 'Warning', reason: 'Unhealthy', message }, this.name)
        },
        mustRestart: (kind, { terminationGracePeriodSeconds }) => {
          const message = `Container ${this.name} failed ${kind} probe, will be restarted`
          this.#restart(message, terminationGracePeriodSeconds)
        },
      },
    })
  }

  #perform(): void {
    const running = this.#running
    if (running === undefined) return
    this.#rehearsal.perform({ running, startedAtMs: this.#startedAtMs, isRestarted: this.#restartCount > 0 })
  }

  #restart(message: string, graceSeconds = this.#host.pod.spec?.terminationGracePeriodSeconds ?? 30): void {
    const running = this.#running
    if (running === undefined || this.#killing !== undefined) return
    this.#killing = endContainer(this.#host, this.#spec, { running, graceMs: graceSeconds * 1000, message })
  }

  async #backOff(delayMs: number): Promise<void> {
    const { pod, clock } = this.#host
    const { signal } = this.#stopSignal
    const key = `${pod.metadata.name}_${pod.metadata.namespace ?? 'default'}(${pod.metadata.uid ?? ''})`
    const message = `back-off ${formatBackoff(delayMs)} restarting failed container=${this.name} pod=${key}`
    if (this.#state.terminated !== undefined) this.#lastState = { terminated: this.#state.terminated }
    this.#state = { waiting: { reason: 'CrashLoopBackOff', message } }
    const what = `Back-off restarting failed container ${this.name} in pod ${key}`
    this.#host.event({ type: 'Warning', reason: 'BackOff', message: what }, this.name)
    this.#host.changed()
    await pause(clock, delayMs, signal)
  }

  #say(reason: string, message: string): void {
    this.#host.event({ type: 'Normal', reason, message }, this.name)
  }
}
