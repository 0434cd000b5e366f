// How does one pod live on its node, from the first sight of it to the last word about it?
import { pause } from '../../client/clock.ts'
import { isTrue } from '../../objects/conditions.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { Container } from './container.ts'
import { containerHost, sourcesChanged } from './container-host.ts'
import { deletePod } from './delete-pod.ts'
import { failAnnotation, failModes, parseFailMode } from './fail-mode.ts'
import type { NodeFacilities } from './node-facilities.ts'
import { PodSandbox } from './pod-sandbox.ts'
import { podStatus } from './pod-status.ts'
import { isSidecar, type PodStatus } from './pod-types.ts'
import type { RestartPolicy } from './restart.ts'
import { StatusWriter } from './status-writer.ts'
import { missingVolume, volumeReferences } from './volumes.ts'

const firstRetryMs = 200
const longestRetryMs = 30_000
const sidecarPollMs = 50
/**
 * So long a pod's network outlives its containers. Whoever still comes, until the last node has heard that the pod serves no more,
 * is refused at once; without the network there would be no answer, and connecting would take seconds to fail.
 */
const lingerMs = 100

export class PodWorker {
  readonly #node: NodeFacilities
  readonly #sandbox: PodSandbox
  readonly #writer: StatusWriter
  readonly #init: readonly Container[]
  readonly #main: readonly Container[]
  readonly #startedAtMs: number
  readonly #ending = new AbortController()
  /** Aborted when the object is gone, or no business of ours any more. */
  readonly #gone = new AbortController()
  readonly #forget: () => void
  /** Runs of containers that have not come to their end. */
  readonly #runs = new Set<Promise<void>>()
  #pod: Pod
  #failed: { reason: string; message: string } | undefined
  #life: Promise<void> = Promise.resolve()
  #termination: Promise<void> | undefined
  #failText: string | undefined
  #cancelDeadline: (() => void) | undefined

  constructor(node: NodeFacilities, pod: Pod) {
    this.#node = node
    this.#pod = pod
    this.#startedAtMs = node.clock.now()
    this.#sandbox = new PodSandbox(node, pod)
    const policy: RestartPolicy = pod.spec?.restartPolicy ?? 'Always'
    const host = containerHost(node, {
      pod: () => this.#pod,
      sandbox: this.#sandbox,
      changed: () => this.#writer.dirty(),
    })
    const before = new Map((pod.status?.containerStatuses ?? []).map(status => [status.name, status]))
    this.#init = (pod.spec?.initContainers ?? []).map(spec => {
      const own = isSidecar(spec) ? 'Always' : policy === 'Never' ? 'Never' : 'OnFailure'
      return new Container(host, spec, { policy: own, before: undefined })
    })
    this.#main = (pod.spec?.containers ?? []).map(
      spec => new Container(host, spec, { policy, before: before.get(spec.name) }),
    )
    for (const container of this.#init.length > 0 ? this.#main : []) container.waitFor('PodInitializing')
    this.#writer = new StatusWriter(
      {
        pod: () => this.#pod,
        status: () => this.#status(),
        isSettling: () => this.#isSettling(),
        written: written => this.#take(written),
        gone: () => this.remove(),
      },
      node,
    )
    const references = new Set(volumeReferences(pod))
    this.#forget =
      references.size === 0
        ? () => {}
        : node.sources.onChange(key => {
            if (references.has(key) && this.#sandbox.isOpen)
              this.#attempt('refresh volumes', () => this.#sandbox.refreshVolumes(this.#pod))
          })
  }

  get pod(): Pod {
    return this.#pod
  }

  get namespace(): NetNamespace | undefined {
    return this.#sandbox.isOpen ? this.#sandbox.namespace : undefined
  }

  get addresses() {
    return this.#sandbox.addresses
  }

  container(name: string): Container | undefined {
    return [...this.#main, ...this.#init].find(container => container.name === name)
  }

  /** Takes back that the pod is ready, where an earlier agent said so: nothing of it runs any more. Before `start`. */
  async disown(): Promise<void> {
    const wasReady = isTrue(this.#pod.status?.conditions, 'Ready')
    if (wasReady === true) await this.#writer.flush()
  }

  /** Brings the pod to life, unless it has lived already or is to die. */
  start(): void {
    const phase = this.#pod.status?.phase
    if (this.#pod.metadata.deletionTimestamp !== undefined) this.#terminate()
    else if (phase !== 'Succeeded' && phase !== 'Failed') {
      this.#watchDeadline()
      this.#life = this.#live().catch(error => this.#node.report(`pod ${this.#key} cannot go on`, error))
    } else {
      this.#attempt('release the addresses of a finished pod', () => void this.#sandbox.close())
    }
  }

  /** A newer object of the same pod. */
  update(pod: Pod): void {
    if (this.#gone.signal.aborted) return
    this.#take(pod)
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#terminate()
      return
    }
    for (const container of this.#main) {
      const spec = pod.spec?.containers.find(({ name }) => name === container.name)
      if (spec !== undefined) container.update(spec)
    }
    this.#rehearse()
    // A readiness gate of somebody else may have opened, or somebody has called the pod not ready when its node was silent for a
    // moment. What is as we would say it is not written.
    this.#writer.dirty()
  }

  /** The object is gone: nothing of the pod may stay. */
  remove(): void {
    if (this.#gone.signal.aborted) return
    this.#gone.abort()
    this.#writer.close()
    void this.#stopEverything(0).catch(error => this.#node.report(`pod ${this.#key} cannot be removed`, error))
  }

  /** Stops everything and leaves the object alone, as when the node's power goes. Resolves when nothing runs any more. */
  async abandon(): Promise<void> {
    this.#gone.abort()
    this.#writer.close()
    await this.#stopEverything(0)
  }

  get #key(): string {
    return `${this.#pod.metadata.namespace ?? 'default'}/${this.#pod.metadata.name}`
  }

  #take(pod: Pod): void {
    if (isNewer(pod, this.#pod)) this.#pod = pod
  }

  async #live(): Promise<void> {
    const { signal } = this.#ending
    if (!(await this.#openSandbox())) return
    this.#writer.begin()
    this.#rehearse()
    for (const container of this.#init) {
      if (signal.aborted) return
      if (!(await this.#runInit(container))) {
        await this.#finish()
        return
      }
    }
    if (signal.aborted) return
    for (const container of this.#main) container.waitFor('ContainerCreating')
    await Promise.all(this.#main.map(container => this.#run(container)))
    if (!signal.aborted) await this.#finish()
  }

  /** False when the pod ends before it has a network. */
  async #openSandbox(): Promise<boolean> {
    const { signal } = this.#ending
    for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
      await this.#node.turn()
      if (signal.aborted) return false
      try {
        const missing = missingVolume(this.#sandbox.volumes(this.#pod))
        if (missing === undefined) {
          await this.#sandbox.open()
          return true
        }
        this.#event({ type: 'Warning', reason: 'FailedMount', message: missing })
        this.#writer.dirty()
        await Promise.race([sourcesChanged(this.#node, signal), pause(this.#node.clock, retryMs, this.#ending.signal)])
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        this.#event({
          type: 'Warning',
          reason: 'FailedCreatePodSandBox',
          message: `Failed to create pod sandbox: ${why}`,
        })
        this.#writer.dirty()
        await pause(this.#node.clock, retryMs, this.#ending.signal)
      }
    }
  }

  /** True when the next container may start: this one has ended well, or is a sidecar that has started. */
  async #runInit(container: Container): Promise<boolean> {
    const run = this.#run(container)
    if (!isSidecar(container.spec)) {
      await run
      return container.exitCode === 0
    }
    while (!container.isStarted && !this.#ending.signal.aborted)
      await pause(this.#node.clock, sidecarPollMs, this.#ending.signal)
    return true
  }

  #run(container: Container): Promise<void> {
    const run = container
      .run()
      .catch(error => this.#node.report(`container ${container.name} of pod ${this.#key}`, error))
      .finally(() => this.#runs.delete(run))
    this.#runs.add(run)
    return run
  }

  /** Every main container has ended for good. */
  async #finish(): Promise<void> {
    await Promise.all([...this.#init].reverse().map(container => container.stop(this.#graceMs())))
    await this.#sandbox.close()
    this.#cancelDeadline?.()
    this.#writer.dirty()
  }

  #terminate(): void {
    this.#termination ??= this.#endGracefully().catch(error =>
      this.#node.report(`pod ${this.#key} cannot be ended`, error),
    )
  }

  async #endGracefully(): Promise<void> {
    await this.#stopEverything(this.#graceMs())
    if (this.#gone.signal.aborted) return
    // Whoever holds the object back with a finalizer wants to see how the containers ended.
    if ((this.#pod.metadata.finalizers ?? []).length > 0) await this.#writer.flush()
    await deletePod(this.#pod, { ...this.#node, signal: this.#gone.signal })
  }

  /** Main containers together, then sidecars from the last to the first, then the network and the files. */
  async #stopEverything(graceMs: number): Promise<void> {
    this.#ending.abort()
    this.#forget()
    this.#cancelDeadline?.()
    await Promise.all(this.#main.map(container => container.stop(graceMs)))
    for (const container of [...this.#init].reverse()) await container.stop(graceMs)
    await this.#life
    await Promise.all(this.#runs)
    if (graceMs > 0 && this.#sandbox.isOpen) await this.#linger()
    await this.#sandbox.close()
    await this.#sandbox.removeFiles()
  }

  #linger(): Promise<void> {
    this.#writer.dirty()
    return new Promise(resolve => this.#node.clock.setTimer(lingerMs, resolve))
  }

  #graceMs(): number {
    const { metadata, spec } = this.#pod
    return (metadata.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? 30) * 1000
  }

  #watchDeadline(): void {
    const seconds = this.#pod.spec?.activeDeadlineSeconds
    if (seconds === undefined) return
    const startMs = Date.parse(this.#pod.status?.startTime ?? '') || this.#startedAtMs
    this.#cancelDeadline = this.#node.clock.setTimer(startMs + seconds * 1000 - this.#node.clock.now(), () => {
      const message = 'Pod was active on the node longer than the specified deadline'
      this.#failed = { reason: 'DeadlineExceeded', message }
      this.#event({ type: 'Normal', reason: 'DeadlineExceeded', message })
      void this.#stopEverything(this.#graceMs()).then(() => this.#writer.dirty())
    })
  }

  #rehearse(): void {
    const text = this.#pod.metadata.annotations?.[failAnnotation]
    if (text === this.#failText) return
    this.#failText = text
    const mode = text === undefined ? undefined : parseFailMode(text)
    if (mode === 'unknown') {
      const message = `Annotation ${failAnnotation}=${text} names no known outage; use one of: ${failModes.join(', ')}`
      this.#event({ type: 'Warning', reason: 'UnknownFailMode', message })
    }
    for (const container of this.#main) container.rehearse(mode === 'unknown' ? undefined : mode)
  }

  #status(): PodStatus {
    return podStatus({
      pod: this.#pod,
      initContainers: this.#init.map(container => container.status()),
      containers: this.#main.map(container => container.status()),
      addresses: this.#sandbox.hasOpened ? this.#sandbox.addresses : [],
      hostAddresses: this.#node.machine.addresses,
      startedAtMs: this.#startedAtMs,
      nowMs: this.#node.clock.now(),
      ...(this.#failed !== undefined && { failed: this.#failed }),
    })
  }

  #isSettling(): boolean {
    return this.#main.some(container => container.isSettling)
  }

  #event(text: { type: 'Normal' | 'Warning'; reason: string; message: string }): void {
    this.#node.recorder.record(this.#pod, text)
  }

  #attempt(what: string, work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#node.report(`${what} of pod ${this.#key}`, error)
    }
  }
}

/** Versions only grow (KEP-5504), so the longer or else the greater text is the later one. */
function isNewer(pod: Pod, held: Pod): boolean {
  const [a = '', b = ''] = [pod.metadata.resourceVersion, held.metadata.resourceVersion]
  return a.length !== b.length ? a.length > b.length : a > b
}
