// What stands in the STATUS, READY and RESTARTS columns of a pod? Follows printPod of pkg/printers/internalversion.
import type { IContainerStatus } from 'kubernetes-models/v1/ContainerStatus'
import type { IPodStatus } from 'kubernetes-models/v1/PodStatus'
import type { Immutable, KubeObject } from '../object.ts'
import type { Container, PodSpec } from './defaults.ts'

type ContainerStatus = Immutable<IContainerStatus>

interface PodLike extends KubeObject {
  readonly spec?: PodSpec
  readonly status?: Immutable<IPodStatus>
}

export interface PodSummary {
  /** As in `Running`, `CrashLoopBackOff`, `Init:0/1`, `Terminating`. */
  readonly reason: string
  readonly ready: number
  readonly total: number
  readonly restarts: number
  readonly lastRestart: string | undefined
}

export function summarizePod(pod: PodLike): PodSummary {
  const status = pod.status
  const conditions = status?.conditions ?? []
  const isTrue = (type: string) => conditions.some(condition => condition.type === type && condition.status === 'True')
  const gated = conditions.some(({ type, reason }) => type === 'PodScheduled' && reason === 'SchedulingGated')
  const counter = new Counter(pod)
  let reason = gated ? 'SchedulingGated' : status?.reason || status?.phase || ''
  const initReason = counter.initContainers(status?.initContainerStatuses ?? [])
  reason = initReason ?? reason
  if (initReason === undefined || isTrue('Initialized')) {
    reason = counter.containers(status?.containerStatuses ?? []) ?? reason
    // A pod whose last container completed while others run is not completed.
    if (reason === 'Completed' && counter.hasRunning) reason = isTrue('Ready') ? 'Running' : 'NotReady'
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed'
    if (status?.reason === 'NodeLost') reason = 'Unknown'
    else if (!ended) reason = 'Terminating'
  }
  const { ready, total, restarts, lastRestart } = counter
  return { reason, ready, total, restarts, lastRestart }
}

class Counter {
  ready = 0
  total: number
  restarts = 0
  lastRestart: string | undefined
  hasRunning = false
  readonly #initContainers: readonly Container[]

  constructor(pod: PodLike) {
    this.#initContainers = pod.spec?.initContainers ?? []
    this.total = (pod.spec?.containers ?? []).length + this.#initContainers.filter(isSidecar).length
  }

  /** The reason while initialization goes on or has failed; undefined when it is over. */
  initContainers(statuses: readonly ContainerStatus[]): string | undefined {
    const sidecars = { restarts: 0, last: undefined as string | undefined }
    for (const [index, status] of statuses.entries()) {
      const container = this.#initContainers.find(({ name }) => name === status.name)
      const sidecar = container !== undefined && isSidecar(container)
      this.#count(status)
      if (sidecar) {
        sidecars.restarts += status.restartCount ?? 0
        sidecars.last = later(sidecars.last, status.lastState?.terminated?.finishedAt)
      }
      const { terminated, waiting } = status.state ?? {}
      if (terminated?.exitCode === 0) continue
      if (sidecar && status.started === true) {
        if (status.ready) this.ready++
        continue
      }
      if (terminated !== undefined) return `Init:${terminatedText(terminated)}`
      if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`
      return `Init:${index}/${this.#initContainers.length}`
    }
    // From here on only what runs beside the containers counts.
    this.restarts = sidecars.restarts
    this.lastRestart = sidecars.last
    return undefined
  }

  /** The reason of the first container that has one. */
  containers(statuses: readonly ContainerStatus[]): string | undefined {
    let reason: string | undefined
    for (const status of statuses.toReversed()) {
      this.#count(status)
      const { waiting, terminated, running } = status.state ?? {}
      if (waiting?.reason) reason = waiting.reason
      else if (terminated !== undefined) reason = terminatedText(terminated)
      else if (status.ready && running !== undefined) {
        this.hasRunning = true
        this.ready++
      }
    }
    return reason
  }

  #count(status: ContainerStatus): void {
    this.restarts += status.restartCount ?? 0
    this.lastRestart = later(this.lastRestart, status.lastState?.terminated?.finishedAt)
  }
}

/** An init container that keeps running beside the others. */
function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

function terminatedText(state: {
  readonly reason?: string
  readonly signal?: number
  readonly exitCode?: number
}): string {
  if (state.reason) return state.reason
  return state.signal ? `Signal:${state.signal}` : `ExitCode:${state.exitCode ?? 0}`
}

function later(a: string | undefined, b: string | null | undefined): string | undefined {
  if (typeof b !== 'string') return a
  return a === undefined || Date.parse(a) < Date.parse(b) ? b : a
}
