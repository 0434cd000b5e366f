// How do the pods of all nodes come to life: one agent per node, all in this process, fed by one watch?
import type { Client } from '../../client/client.ts'
import { type Clock, systemClock } from '../../client/clock.ts'
import { type Informer, startInformer } from '../../client/informer.ts'
import { type Cidr, parseCidr } from '../../net/cidr.ts'
import type { KindRef } from '../../objects/kind.ts'
import { type ConfigMap, configMaps } from '../../objects/kinds/config-map.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type Secret, secrets } from '../../objects/kinds/secret.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import type { KubeObject } from '../../objects/object.ts'
import { EventQueue } from '../kubelet/event-recorder.ts'
import { readMachineFacts } from '../kubelet/machine-facts.ts'
import type { LiveSources, NodeFacilities, NodeMachine, Sandboxes } from '../kubelet/node-facilities.ts'
import { type LeaseTiming, labLease, NodeHeartbeat } from '../kubelet/node-heartbeat.ts'
import { capacityOf } from '../kubelet/node-status.ts'
import { PodAddresses } from '../kubelet/pod-addresses.ts'
import { PodWorker } from '../kubelet/pod-worker.ts'
import { createProbeLane } from '../kubelet/probes/probe-lane.ts'
import type { DnsSettings } from '../kubelet/resolv-conf.ts'
import { type BackoffLimits, kubeletBackoff } from '../kubelet/restart.ts'
import type { ServiceAccountFiles } from '../kubelet/volumes.ts'
import type { Runtime } from '../runtime.ts'

export interface KubeletOptions<M extends NodeMachine> {
  readonly client: Client
  /** The machines that run pods, each with the part of the pod network that is its own. */
  readonly nodes: readonly { readonly machine: M; readonly podCidrs: readonly Cidr[] }[]
  /** `{ attach: attachPod, detach: detachPod }` of the topology. */
  readonly sandboxes: Sandboxes<M>
  /** The first that matches runs a container; the last should match everything. */
  readonly runtimes: readonly Runtime[]
  readonly dns: DnsSettings
  /** Files of pods go here; a tmpfs is fine. */
  readonly directory: string
  readonly versions: { readonly kubernetesVersion: string; readonly fairwayVersion: string }
  readonly clock?: Clock
  readonly random?: () => number
  readonly backoff?: BackoffLimits
  readonly lease?: LeaseTiming
  /** The token and the CA of a service account; without it pods get none. */
  readonly serviceAccount?: (namespace: string, name: string) => ServiceAccountFiles | undefined
  /** Failures that no Event tells, for the daemon's log. */
  readonly report: (what: string, error: unknown) => void
}

export interface Kubelets extends AsyncDisposable {
  /** The pod of that `namespace/name`, if one of the nodes has it. */
  worker(key: string): PodWorker | undefined
  /** The node falls silent: no heartbeat, and its pods stop, but their objects stay. */
  stopNode(name: string): Promise<void>
}

/** Resolves when every node is Ready and the pods that are bound already have been told to start. */
export async function startKubelets<M extends NodeMachine>(options: KubeletOptions<M>): Promise<Kubelets> {
  const { client, clock = systemClock, report } = options
  const ending = new AbortController()
  const watching = <T extends KubeObject>(kind: KindRef) =>
    startInformer<T>(client, kind, { signal: ending.signal, clock })
  const podInformer = watching<Pod>(pods)
  const nodeInformer = watching<Node>(nodes)
  const sources = liveSources({
    configMaps: watching<ConfigMap>(configMaps),
    secrets: watching<Secret>(secrets),
    services: watching<Service>(services),
  })
  await Promise.all([podInformer.synced, nodeInformer.synced, sources.synced])

  const facts = readMachineFacts(options.versions)
  const queue = new EventQueue(client, clock)
  const turn = turns()
  const lane = createProbeLane(clock)
  const heartbeats = new Map<string, NodeHeartbeat>()
  const facilities = new Map<string, NodeFacilities>()
  for (const { machine, podCidrs } of options.nodes) {
    const heartbeat = new NodeHeartbeat({
      client,
      clock,
      machine,
      podCidrs,
      facts,
      lease: options.lease ?? labLease,
      current: () => nodeInformer.items.get(machine.name),
      report,
    })
    heartbeats.set(machine.name, heartbeat)
    // What the API says of the node's CIDRs wins over the plan: pods may hold addresses from it.
    const known = (nodeInformer.items.get(machine.name)?.spec?.podCIDRs ?? [])
      .map(parseCidr)
      .filter(cidr => cidr !== undefined)
    facilities.set(machine.name, {
      machine,
      sandboxes: {
        attach: (_machine, pod) => options.sandboxes.attach(machine, pod),
        detach: (_machine, namespace) => options.sandboxes.detach(machine, namespace),
      },
      addresses: new PodAddresses(known.length > 0 ? known : podCidrs),
      client,
      clock,
      random: options.random ?? Math.random,
      backoff: options.backoff ?? kubeletBackoff,
      runtimes: options.runtimes,
      recorder: queue.recorder({ component: 'kubelet', nodeName: machine.name }),
      sources,
      dns: options.dns,
      directory: options.directory,
      allocatable: capacityOf(facts),
      turn,
      lane,
      serviceAccount: options.serviceAccount,
      report,
    })
  }
  await Promise.all([...heartbeats.values()].map(heartbeat => heartbeat.start()))

  /** By uid, since a pod of the same name may come while the old one is still ending. */
  const workers = new Map<string, PodWorker>()
  const byKey = new Map<string, PodWorker>()
  const meet = (key: string, pod: Pod): PodWorker | undefined => {
    const node = facilities.get(pod.spec?.nodeName ?? '')
    if (node === undefined) return undefined
    const worker = new PodWorker(node, pod)
    workers.set(pod.metadata.uid ?? key, worker)
    byKey.set(key, worker)
    return worker
  }
  const forget = (key: string, pod: Pod) => {
    const uid = pod.metadata.uid ?? key
    const worker = workers.get(uid)
    if (worker === undefined) return
    worker.remove()
    workers.delete(uid)
    if (byKey.get(key) === worker) byKey.delete(key)
  }
  // First all of them claim the addresses they have, then the first one may ask for a new one.
  const first = [...podInformer.items].map(([key, pod]) => meet(key, pod))
  podInformer.onChange(({ key, before, after }) => {
    if (before !== undefined && before.metadata.uid !== after?.metadata.uid) forget(key, before)
    if (after === undefined) return
    const worker = workers.get(after.metadata.uid ?? key)
    if (worker !== undefined) worker.update(after)
    else meet(key, after)?.start()
  })
  await Promise.all(first.map(worker => worker?.disown()))
  for (const worker of first) worker?.start()

  const stopNode = async (name: string) => {
    heartbeats.get(name)?.stop()
    facilities.delete(name)
    const own = [...workers].filter(([, worker]) => worker.pod.spec?.nodeName === name)
    for (const [uid] of own) workers.delete(uid)
    await Promise.all(own.map(([, worker]) => worker.abandon()))
  }
  return {
    worker: key => byKey.get(key),
    stopNode,
    async [Symbol.asyncDispose]() {
      ending.abort()
      await Promise.all([...facilities.keys()].map(stopNode))
    },
  }
}

function liveSources(informers: {
  readonly configMaps: Informer<ConfigMap>
  readonly secrets: Informer<Secret>
  readonly services: Informer<Service>
}): LiveSources & { readonly synced: Promise<unknown> } {
  return {
    configMaps: informers.configMaps.items,
    secrets: informers.secrets.items,
    services: informers.services.items,
    synced: Promise.all(Object.values(informers).map(informer => informer.synced)),
    onChange(callback) {
      const ends = [informers.configMaps, informers.secrets].map(informer =>
        informer.onChange(({ key }) => callback(key)),
      )
      return () => {
        for (const end of ends) end()
      }
    },
  }
}

/** Lets one pod start per turn of the event loop, so that hundreds of them do not silence everything else. */
function turns(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    last = last.then(() => new Promise(resolve => setImmediate(resolve)))
    return last
  }
}
