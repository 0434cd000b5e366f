// What does a container need of its pod and node?
import type { Clock } from '../../client/clock.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { ContainerContext, Runtime } from '../runtime.ts'
import { missingReference } from './environment.ts'
import type { EventText } from './event-recorder.ts'
import type { NodeFacilities } from './node-facilities.ts'
import type { PodSandbox } from './pod-sandbox.ts'
import type { ContainerSpec } from './pod-types.ts'
import type { ProbeLane } from './probes/probe-lane.ts'
import type { ProbeTarget } from './probes/run-probe.ts'
import type { BackoffLimits } from './restart.ts'

export interface ContainerHost {
  readonly clock: Clock
  readonly random: () => number
  readonly backoff: BackoffLimits
  readonly lane: ProbeLane
  /** The newest object of the pod. */
  readonly pod: Pod
  runtimeFor(container: ContainerSpec): Runtime
  context(container: ContainerSpec, log: ContainerContext['log']): ContainerContext
  /** What the container refers to and is not there, in the kubelet's words. */
  missing(container: ContainerSpec): string | undefined
  /** Resolves when what was missing may be there, or the signal aborts. */
  sourcesChanged(signal: AbortSignal): Promise<void>
  target(container: ContainerSpec): Omit<ProbeTarget, 'exec'>
  event(text: Omit<EventText, 'fieldPath'>, containerName: string): void
  /** The container's status is another. */
  changed(): void
}

export function containerHost(
  node: NodeFacilities,
  owner: { readonly pod: () => Pod; readonly sandbox: PodSandbox; readonly changed: () => void },
): ContainerHost {
  const { pod, sandbox, changed } = owner
  return {
    clock: node.clock,
    random: node.random,
    backoff: node.backoff,
    lane: node.lane,
    get pod() {
      return pod()
    },
    runtimeFor: container => {
      const runtime = node.runtimes.find(one => one.matches(container, pod()))
      if (runtime === undefined) throw new Error(`no runtime takes image ${container.image ?? ''}`)
      return runtime
    },
    context: (container, log) => sandbox.context(pod(), container, log),
    missing: container => missingReference(container, sandbox.facts(pod()), node.sources),
    sourcesChanged: signal => sourcesChanged(node, signal),
    target: container => ({
      address: sandbox.addresses[0] ?? '',
      ports: container.ports ?? [],
      connect: (address, port) => node.machine.namespace.connect(address, port),
    }),
    event: (text, container) => {
      const isInit = pod().spec?.initContainers?.some(({ name }) => name === container) === true
      const fieldPath = `spec.${isInit ? 'initContainers' : 'containers'}{${container}}`
      node.recorder.record(pod(), { ...text, fieldPath })
    },
    changed,
  }
}

export function sourcesChanged({ sources }: Pick<NodeFacilities, 'sources'>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const finish = () => resolve()
  const forget = sources.onChange(finish)
  signal.addEventListener('abort', finish, { once: true })
  return promise.finally(() => {
    forget()
    signal.removeEventListener('abort', finish)
  })
}
