// How is the node's agent, in the terms of Cilium's status: only what is true of this node, and measured.
import { type Address, type Family, familyOf } from '../../net/address.ts'
import { type Cidr, contains, formatCidr } from '../../net/cidr.ts'
import type { Network } from '../../network/model.ts'
import { placesIn } from '../kubelet/pod-addresses.ts'
import type { NodeHealth } from './cluster-health.ts'
import { type KernelState, nodeChecks, podAddressesIn } from './node-checks.ts'

/** What the agent is told of the lab. */
export interface AgentFacts {
  readonly fairwayVersion: string
  /** As the API server says it. */
  readonly kubernetes: {
    readonly major: string
    readonly minor: string
    readonly gitVersion: string
    readonly platform: string
  }
  readonly loadBalancerMode: 'snat' | 'dsr'
  /** As the API server hands them out. */
  readonly nodePorts: { readonly first: number; readonly last: number }
}

export interface ControllerState {
  readonly name: string
  /** ms since the epoch. */
  readonly lastSuccessMs?: number
  readonly lastFailureMs?: number
  /** In a row, one for each time that somebody asked. */
  readonly failures: number
  /** Of the last failure, also when all is well by now. */
  readonly message?: string
}

export interface AgentStatus {
  readonly node: string
  readonly facts: AgentFacts
  readonly device: { readonly name: string; readonly addresses: readonly Address[] }
  readonly hasServices: boolean
  readonly masquerades: ReadonlySet<Family>
  readonly pools: readonly { readonly cidr: Cidr; readonly allocated: number; readonly size: number }[]
  /** Every pod address of the node, with whose it is. */
  readonly allocations: ReadonlyMap<Address, string>
  readonly controllers: readonly ControllerState[]
  readonly health: readonly NodeHealth[]
  /** When the nodes were asked; ms since the epoch. */
  readonly nowMs: number
}

export interface StatusInput {
  readonly node: string
  readonly network: Network
  readonly kernel: KernelState
  readonly facts: AgentFacts
  readonly health: readonly NodeHealth[]
  readonly memory: ControllerMemory
  readonly nowMs: number
}

/** The interface of a machine of the lab on its LAN. */
const lanDevice = 'eth0'

export function agentStatus(input: StatusInput): AgentStatus {
  const { node, network, kernel, facts, health, memory, nowMs } = input
  const model = network.nodes.find(({ name }) => name === node)
  const taken = podAddressesIn(kernel)
  const owners = new Map(
    network.pods
      .filter(pod => pod.node === node && !pod.hostNetwork)
      .flatMap(pod => pod.addresses.map(own => [own, pod.key])),
  )
  const link = kernel.links.find(({ name }) => name === lanDevice)
  const held = new Set(kernel.addresses.filter(({ device }) => device === link?.index).map(({ address }) => address))
  return {
    node,
    facts,
    // Load-balancer addresses may stand on the device too; a machine's own are those that its Node names.
    device: { name: lanDevice, addresses: (model?.addresses ?? []).filter(address => held.has(address)) },
    hasServices: kernel.services !== undefined,
    masquerades: kernel.services?.masquerades ?? new Set(),
    pools: (model?.podCidrs ?? []).map(cidr => ({
      cidr,
      allocated: [...taken].filter(address => contains(cidr, address)).length,
      size: placesIn([cidr]),
    })),
    allocations: new Map([...taken].sort().map(address => [address, owners.get(address) ?? 'unknown'])),
    controllers: Object.entries(nodeChecks).map(([name, check]) => memory.note(name, check(input), nowMs)),
    health,
    nowMs,
  }
}

/** Keeps what the checks said before, as the table of controllers shows it. */
export class ControllerMemory {
  readonly #states = new Map<string, ControllerState>()

  note(name: string, problem: string | undefined, nowMs: number): ControllerState {
    const before = this.#states.get(name) ?? { name, failures: 0 }
    const state: ControllerState =
      problem === undefined
        ? { ...before, lastSuccessMs: nowMs, failures: 0 }
        : { ...before, lastFailureMs: nowMs, failures: before.failures + 1, message: problem }
    this.#states.set(name, state)
    return state
  }
}

/** What keeps the agent from being `Ok`; undefined when nothing does. */
export function problemOf(status: AgentStatus): string | undefined {
  if (!status.hasServices) return 'cilium: no Services are programmed into the kernel'
  const failing = status.controllers.find(({ failures }) => failures > 0)
  return failing === undefined ? undefined : `controller ${failing.name}: ${failing.message}`
}

export function poolText({ cidr, allocated, size }: AgentStatus['pools'][number]): string {
  return `IPv${familyOf(cidr.base)}: ${allocated}/${size} allocated from ${formatCidr(cidr)}`
}
