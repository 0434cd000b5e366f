// What does a node's agent say of its node?
import type { Address } from '../../net/address.ts'
import { isTrue } from '../../objects/conditions.ts'
import type { Node } from '../../objects/kinds/node.ts'
import { formatTime } from '../../objects/time.ts'

type NodeStatus = NonNullable<Node['status']>
type NodeCondition = NonNullable<NodeStatus['conditions']>[number]

/** What is true of the machine the lab runs on. Read once. */
export interface MachineFacts {
  readonly cpus: number
  readonly memoryBytes: number
  readonly machineId: string
  readonly bootId: string
  readonly kernelVersion: string
  readonly osImage: string
  /** As Go names it: amd64, arm64. */
  readonly architecture: string
  /** The version of the API, as `v1.34.0`; kubectl prints it for each node. */
  readonly kubernetesVersion: string
  readonly fairwayVersion: string
}

/** The kubelet's own default. */
const mostPods = 110

export function capacityOf({ cpus, memoryBytes }: MachineFacts): Readonly<Record<string, string>> {
  return { cpu: String(cpus), memory: `${Math.floor(memoryBytes / 1024)}Ki`, pods: String(mostPods) }
}

export function nodeStatus(
  node: { readonly name: string; readonly addresses: readonly Address[]; readonly before: NodeStatus | undefined },
  options: { readonly facts: MachineFacts; readonly nowMs: number },
): NodeStatus {
  const { facts, nowMs } = options
  const capacity = capacityOf(facts)
  return {
    addresses: [
      ...node.addresses.map(address => ({ type: 'InternalIP', address }) as const),
      { type: 'Hostname', address: node.name },
    ],
    capacity,
    allocatable: capacity,
    conditions: conditions.map(condition => {
      const old = node.before?.conditions?.find(({ type }) => type === condition.type)
      const isSame = old?.status === condition.status && old.lastTransitionTime !== undefined
      return {
        ...condition,
        lastHeartbeatTime: formatTime(nowMs),
        lastTransitionTime: isSame ? (old.lastTransitionTime ?? '') : formatTime(nowMs),
      }
    }),
    nodeInfo: {
      machineID: facts.machineId,
      // Nodes of a lab share a machine; their ids must differ all the same.
      systemUUID: `${facts.machineId}-${node.name}`,
      bootID: facts.bootId,
      kernelVersion: facts.kernelVersion,
      osImage: facts.osImage,
      containerRuntimeVersion: `fairway://${facts.fairwayVersion}`,
      kubeletVersion: facts.kubernetesVersion,
      kubeProxyVersion: '',
      operatingSystem: 'linux',
      architecture: facts.architecture,
    },
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
  }
}

export function isReady(node: Node | undefined): boolean {
  return isTrue(node?.status?.conditions, 'Ready')
}

const conditions: readonly Pick<NodeCondition, 'type' | 'status' | 'reason' | 'message'>[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
]
