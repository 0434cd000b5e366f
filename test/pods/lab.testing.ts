// A small lab for these tests: two nodes, a laptop, the real API server in memory, and the node agents.
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { createPodStreams } from '../../src/lab/pods/pod-streams.ts'
import { type Kubelets, startKubelets } from '../../src/lab/pods/start-kubelets.ts'
import { createBusybox } from '../../src/lab/runtimes/busybox.ts'
import { createExecRoot } from '../../src/lab/runtimes/exec-root.ts'
import { createHostAgent } from '../../src/lab/runtimes/host-agent.ts'
import { createStandIn } from '../../src/lab/runtimes/stand-in/stand-in.ts'
import { attachPod, detachPod } from '../../src/lab/topology/pods.ts'
import { startTopology } from '../../src/lab/topology/topology.ts'
import { address } from '../../src/net/address.ts'
import { cidr } from '../../src/net/cidr.ts'
import { events } from '../../src/objects/kinds/event.ts'
import { namespaces } from '../../src/objects/kinds/namespace.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'
import { startCluster } from '../apiserver/cluster.testing.ts'
import { useOwnRun } from '../lab/own-run.testing.ts'

useOwnRun()

export interface LabOptions {
  readonly nodeCount?: number
  readonly leaseRenewMs?: number
}

export async function startLab(options: LabOptions = {}) {
  const directory = mkdtempSync('/run/pods-')
  const nodes = Array.from({ length: options.nodeCount ?? 2 }, (_, index) => ({
    name: `node-${index + 1}`,
    addresses: [address(`192.168.1.${100 + index}`)],
    podCidrs: [cidr(`10.244.${index}.0/24`)],
  }))
  const topology = await startTopology({
    lan: { cidrs: [cidr('192.168.1.0/24')], gateways: [address('192.168.1.1')] },
    nodes,
    hosts: [{ name: 'laptop', addresses: [address('192.168.1.50')] }],
    internet: { links: [cidr('203.0.113.0/24')], services: [] },
    directory,
  })
  const cluster = await startCluster()
  const { api, client } = cluster
  for (const name of ['default', 'kube-system', 'kube-node-lease']) {
    const known = await client.get(namespaces, { name })
    if (known === undefined)
      await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
  }
  const machineOf = (name: string) => {
    const machine = topology.machines.get(name)
    if (machine === undefined) throw new Error(`no machine ${name}`)
    return machine
  }
  const problems: string[] = []
  const shared = { sharedDirectory: directory }
  const start = (): Promise<Kubelets> =>
    startKubelets({
      client,
      nodes: nodes.map(({ name, podCidrs }) => ({ machine: machineOf(name), podCidrs })),
      sandboxes: { attach: attachPod, detach: detachPod },
      runtimes: [
        createHostAgent({ containerNames: new Set(['cilium-agent']) }),
        createBusybox(shared),
        createStandIn({ now: Date.now, exec: context => createExecRoot(context, shared) }),
      ],
      dns: {
        clusterDns: ['10.96.0.10'],
        clusterDomain: 'cluster.local',
        nodeNameservers: ['192.168.1.1'],
        nodeSearch: [],
      },
      directory: join(directory, 'kubelet'),
      versions: { kubernetesVersion: 'v1.34.0', fairwayVersion: '0.1.0' },
      backoff: { firstMs: 300, longestMs: 2000, resetMs: 600_000 },
      lease: { durationSeconds: 1, renewMs: options.leaseRenewMs ?? 400 },
      report: (what, error) =>
        problems.push(`${what}: ${error instanceof Error ? (error.stack ?? '') : String(error)}`),
    })
  let kubelets = await start()
  const streams = createPodStreams({ worker: key => kubelets.worker(key) })

  api.setPodStreams(streams)

  const create = (name: string, spec: object, metadata: object = {}): Promise<Pod> => {
    const full = { nodeName: 'node-1', terminationGracePeriodSeconds: 1, ...spec }
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { namespace: 'default', name, ...metadata }, spec: full }
    return client.create<Pod>(pods, object as unknown as Pod)
  }
  const get = (name: string): Promise<Pod | undefined> => client.get<Pod>(pods, { namespace: 'default', name })
  /** Asks again and again for at most five seconds. */
  const until = async <T>(
    what: string,
    ask: () => Promise<T | undefined | false> | T | undefined | false,
  ): Promise<T> => {
    const deadline = Date.now() + 5000
    for (;;) {
      const answer = await ask()
      if (answer !== undefined && answer !== false) return answer
      if (Date.now() > deadline) throw new Error(`in vain: ${what}\n${problems.join('\n')}`)
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }
  const condition = (pod: Pod | undefined, type: string) =>
    pod?.status?.conditions?.find(one => one.type === type)?.status
  return {
    client,
    kubectl: cluster.kubectl,
    kubectlWith: cluster.kubectlWith,
    kubeconfig: cluster.kubeconfig,
    streams,
    problems,
    topology,
    create,
    get,
    until,
    condition,
    machineOf,
    get kubelets() {
      return kubelets
    },
    ready: (name: string) =>
      until(`${name} is ready`, async () => {
        const pod = await get(name)
        return condition(pod, 'Ready') === 'True' ? pod : undefined
      }),
    /** A dead daemon leaves objects behind; the next one takes them up. */
    restart: async () => {
      await kubelets[Symbol.asyncDispose]()
      kubelets = await start()
    },
    eventReasons: async (name: string) => {
      const { items } = await client.list(events, { namespace: 'default' })
      return items.filter(
        event => 'involvedObject' in event && JSON.stringify(event.involvedObject).includes(`"${name}"`),
      )
    },
    patch: (name: string, patch: object) =>
      client.patch<Pod>(pods, { namespace: 'default', name }, { type: 'merge', patch }),
    delete: (name: string) => client.delete(pods, { namespace: 'default', name }),
    gone: (name: string) => until(`${name} is gone`, async () => (await get(name)) === undefined || undefined),
    curl: (machine: string, ...args: string[]) => machineOf(machine).namespace.run('curl', ['-s', '-m', '3', ...args]),
    async [Symbol.asyncDispose]() {
      await kubelets[Symbol.asyncDispose]()
      await topology[Symbol.asyncDispose]()
      await cluster[Symbol.asyncDispose]()
    },
  }
}
