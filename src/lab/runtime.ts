// What starts a container: known images run for real, all others as stand-ins. One file per runtime in `runtimes/`.
import type { ExecOptions, ExecSession } from '../apiserver/pod-streams.ts'
import type { Address } from '../net/address.ts'
import type { Pod } from '../objects/kinds/pod.ts'
import type { NetNamespace } from '../sys/namespace.ts'
import type { FailMode } from './kubelet/fail-mode.ts'

export type Container = NonNullable<Pod['spec']>['containers'][number]

/** A file or directory of this machine that the container sees at `target`. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly readOnly: boolean
}

/** Everything a runtime may know of the container it starts. */
export interface ContainerContext {
  readonly pod: Pod
  readonly container: Container
  readonly nodeName: string
  /** The pod's namespace, or the node's for a host-network pod. */
  readonly namespace: NetNamespace
  readonly addresses: readonly Address[]
  /** A private directory that goes with the pod: files to bind, sockets, configuration. */
  readonly directory: string
  /** The text of the pod's /etc/resolv.conf and /etc/hosts. */
  readonly resolvConf: string
  readonly hosts: string
  /** Environment of the container, already expanded. */
  readonly env: Readonly<Record<string, string>>
  /** What `hostname` prints; the pod's name when absent. */
  readonly hostname?: string
  /** The container's volumes, made real when first asked for. */
  mounts?(): readonly Mount[]
  /** Appends to what `kubectl logs` prints. */
  readonly log: (stream: 'stdout' | 'stderr', chunk: string | Uint8Array) => void
}

export interface ContainerExit {
  readonly exitCode: number
  readonly signal?: number
  /** `Completed`, `Error`, `OOMKilled` … */
  readonly reason: string
  readonly message?: string
}

export interface RunningContainer {
  /** Resolves once, when the container has ended by itself or was stopped. */
  readonly exited: Promise<ContainerExit>
  exec(options: ExecOptions): Promise<ExecSession>
  /** The container's own stdio, where it has one. */
  attach?(options: ExecOptions): Promise<ExecSession>
  /** SIGTERM, then SIGKILL after `graceMs`; resolves when nothing of it runs any more. */
  stop(graceMs: number): Promise<void>
  /** Rehearses an outage, undefined ends it. Absent where only `readiness`, `liveness` and `crash` make sense. */
  rehearse?(mode: FailMode | undefined): void
}

export interface Runtime {
  readonly name: string
  matches(container: Container, pod: Pod): boolean
  /** Said in the Event `Pulled`: what really runs in place of the image. */
  describe?(image: string): string
  start(context: ContainerContext): Promise<RunningContainer>
}
