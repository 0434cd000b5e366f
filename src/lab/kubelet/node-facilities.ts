// What every pod of a node is given to live with.
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../client/clock.ts'
import type { Address } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import type { Runtime } from '../runtime.ts'
import type { PodSources } from './environment.ts'
import type { EventRecorder } from './event-recorder.ts'
import type { PodAddresses } from './pod-addresses.ts'
import type { ProbeLane } from './probes/probe-lane.ts'
import type { DnsSettings } from './resolv-conf.ts'
import type { BackoffLimits } from './restart.ts'
import type { ServiceAccountFiles } from './volumes.ts'

/** A machine of the lab that pods can be joined to. */
export interface NodeMachine {
  readonly name: string
  readonly addresses: readonly Address[]
  readonly namespace: NetNamespace
}

/** How pods get their network. The lab's topology does it; tests have their own. */
export interface Sandboxes<M extends NodeMachine = NodeMachine> {
  attach(machine: M, pod: { readonly name: string; readonly addresses: readonly Address[] }): Promise<NetNamespace>
  detach(machine: M, namespace: NetNamespace): Promise<void>
}

/** ConfigMaps, Secrets and Services as they are now. */
export interface LiveSources extends PodSources {
  /** Called after any of them changed, with `namespace/name`. The returned function ends it. */
  onChange(callback: (key: string) => void): () => void
}

export interface NodeFacilities {
  readonly machine: NodeMachine
  readonly sandboxes: Sandboxes
  readonly addresses: PodAddresses
  readonly client: Client
  readonly clock: Clock
  readonly random: () => number
  readonly backoff: BackoffLimits
  /** The first that matches runs the container. */
  readonly runtimes: readonly Runtime[]
  readonly recorder: EventRecorder
  readonly sources: LiveSources
  readonly dns: DnsSettings
  /** Pods' directories go here, by uid. */
  readonly directory: string
  readonly allocatable: Readonly<Record<string, string>>
  /** Starting a pod is work on the one thread; this lets others have it in between. */
  readonly turn: () => Promise<void>
  readonly lane: ProbeLane
  readonly serviceAccount: ((namespace: string, name: string) => ServiceAccountFiles | undefined) | undefined
  /** A failure that is nobody's fault but ours, for the daemon's log. */
  readonly report: (what: string, error: unknown) => void
}
