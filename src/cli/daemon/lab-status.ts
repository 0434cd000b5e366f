// What the lab is like at this moment: for `status`, for the banner, and to tell when it is up.
import type { Informers } from '../../controllers/framework/context.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { StateDirectory } from '../../lab/daemon/state-directory.ts'
import type { Topology } from '../../lab/topology/topology.ts'
import { isTrue } from '../../objects/conditions.ts'
import { type DaemonSet, daemonSets } from '../../objects/kinds/daemon-set.ts'
import { type Deployment, deployments } from '../../objects/kinds/deployment.ts'
import { type Ingress, ingresses } from '../../objects/kinds/ingress.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { type StatefulSet, statefulSets } from '../../objects/kinds/stateful-set.ts'
import { keyOf } from '../../objects/object.ts'
import type { Site } from '../../site/site.ts'
import type { LabSettings, LabStatus, MachineStatus } from '../lab-calls.ts'
import { version } from '../version.ts'
import { reachRows } from './reach-rows.ts'

export interface StatusOptions {
  readonly settings: LabSettings
  readonly state: StateDirectory
  readonly site: Site
  readonly topology: Topology
  readonly informers: Informers
  readonly server: string
  /** ms since the epoch. */
  readonly startedAt: number
  readonly diagnostics: () => readonly Diagnostic[]
}

export interface Status {
  read(): LabStatus
  /** Workloads that are not as wanted. */
  notReady(): readonly string[]
  /** Their pods; right after a resume these know better, since what a workload says of them comes a moment later. */
  podsNotReady(): readonly string[]
  /** How many of the pods that workloads want are not ready yet, whether they exist or not. */
  podsMissing(): number
  isUp(atMs: number): void
}

export function createStatus(options: StatusOptions): Status {
  const { settings, state, site, topology, informers } = options
  const sources = {
    nodes: informers.of<Node>(nodes).items,
    pods: informers.of<Pod>(pods).items,
    services: informers.of<Service>(services).items,
    ingresses: informers.of<Ingress>(ingresses).items,
    deployments: informers.of<Deployment>(deployments).items,
    statefulSets: informers.of<StatefulSet>(statefulSets).items,
    daemonSets: informers.of<DaemonSet>(daemonSets).items,
  }
  let upMs = 0

  const notReady = (): readonly string[] => [
    ...[...sources.deployments.values()].flatMap(object =>
      shortfall(object, object.spec?.replicas ?? 1, isCurrent(object) ? (object.status?.readyReplicas ?? 0) : 0),
    ),
    ...[...sources.statefulSets.values()].flatMap(object =>
      shortfall(object, object.spec?.replicas ?? 1, isCurrent(object) ? (object.status?.readyReplicas ?? 0) : 0),
    ),
    ...[...sources.daemonSets.values()].flatMap(object =>
      isCurrent(object)
        ? shortfall(object, object.status?.desiredNumberScheduled ?? 0, object.status?.numberReady ?? 0)
        : [`${object.kind}/${keyOf(object)}: not looked at yet`],
    ),
  ]

  const podsNotReady = (): readonly string[] =>
    [...sources.pods.values()]
      .filter(pod => isOfWorkload(pod) && pod.metadata.deletionTimestamp === undefined)
      .filter(
        ({ status }) =>
          !isTrue(status?.conditions, 'Ready') && status?.phase !== 'Succeeded' && status?.phase !== 'Failed',
      )
      .map(pod => `Pod/${keyOf(pod)}: not ready`)

  const podsMissing = (): number => {
    const replicas = [...sources.deployments.values(), ...sources.statefulSets.values()].reduce(
      (sum, { spec }) => sum + (spec?.replicas ?? 1),
      0,
    )
    const ready = [...sources.pods.values()].filter(pod => isOfWorkload(pod) && isTrue(pod.status?.conditions, 'Ready'))
    return Math.max(0, replicas + sources.daemonSets.size * sources.nodes.size - ready.length)
  }

  return {
    notReady,
    podsNotReady,
    podsMissing,
    isUp: atMs => {
      upMs = atMs - options.startedAt
    },
    read: () => ({
      lab: state.lab,
      version,
      input: settings.input,
      server: options.server,
      kubeconfig: state.kubeconfig,
      domain: site.domain,
      startedAt: new Date(options.startedAt).toISOString(),
      upMs,
      machines: [...topology.machines.values()].map(({ name, kind, addresses }): MachineStatus => {
        const node = sources.nodes.get(name)
        return {
          name,
          kind,
          addresses,
          ...(node === undefined ? {} : { ready: isTrue(node.status?.conditions, 'Ready') }),
        }
      }),
      pods: {
        total: sources.pods.size,
        ready: [...sources.pods.values()].filter(pod => isTrue(pod.status?.conditions, 'Ready')).length,
      },
      notReady: [...notReady(), ...withoutAddress(sources.services.values())],
      reach: reachRows({ site, services: sources.services, ingresses: sources.ingresses, pods: sources.pods }),
      memoryBytes: process.memoryUsage.rss(),
      diagnostics: options.diagnostics(),
    }),
  }
}

type Workload = Deployment | StatefulSet | DaemonSet

function isOfWorkload({ metadata }: Pod): boolean {
  const kinds = ['ReplicaSet', 'StatefulSet', 'DaemonSet']
  return (metadata.ownerReferences ?? []).some(({ kind, controller }) => controller === true && kinds.includes(kind))
}

function isCurrent({ metadata, status }: Workload): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 1)
}

function shortfall(object: Workload, wanted: number, ready: number): readonly string[] {
  return ready >= wanted ? [] : [`${object.kind}/${keyOf(object)}: ${ready} of ${wanted} ready`]
}

function withoutAddress(all: Iterable<Service>): readonly string[] {
  return [...all]
    .filter(({ spec, status }) => spec?.type === 'LoadBalancer' && (status?.loadBalancer?.ingress ?? []).length === 0)
    .map(service => `Service/${keyOf(service)}: waits for a load-balancer address; kubectl describe says why`)
}
