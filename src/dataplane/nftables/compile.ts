// Network → what one node's kernel must know. Pure; what a Service gives is remembered by its identity.
import { type Address, type Family, familyOf } from '../../net/address.ts'
import { contains } from '../../net/cidr.ts'
import type { EndpointModel, FrontendModel, Network, NodeModel, PodModel, ServiceModel } from '../../network/model.ts'
import { indexOfKey } from '../../network/resolve/index-of-key.ts'
import { usableEndpoints } from '../../network/resolve/usable-endpoints.ts'
import type { Backend, FamilyPlan, FrontendPlan, NodePlan, ServicePlan } from './plan.ts'
import { disjoint, single } from './ranges.ts'
import { keepSlots } from './slots.ts'

/** Undefined when the Network has no such node. `previous` keeps the numbers of backends that stay. */
export function compileNode(network: Network, nodeName: string, previous?: NodePlan): NodePlan | undefined {
  const node = network.nodes.find(({ name }) => name === nodeName)
  if (node === undefined) return undefined
  const past = previous?.services ?? []
  const pastOf = (key: string) => past[indexOfKey(past, key) ?? -1]
  const isSameMachine = previous?.model === node
  const services: ServicePlan[] = []
  for (const service of network.services) {
    if (service.frontends.length === 0) continue
    // Mostly nothing has changed at this place of the list, and that is seen without a look into any memory.
    const held = isSameMachine ? past[services.length] : undefined
    services.push(held?.source === service ? held : planOf(service, node, pastOf))
  }
  return {
    node: nodeName,
    model: node,
    families: [familyPlan(network, node, 4), familyPlan(network, node, 6)],
    services,
  }
}

const everywhere = new WeakMap<ServiceModel, ServicePlan>()
const onNode = new WeakMap<NodeModel, WeakMap<ServiceModel, ServicePlan>>()

function planOf(service: ServiceModel, node: NodeModel, pastOf: (key: string) => ServicePlan | undefined): ServicePlan {
  const memory = isSameOnEveryNode(service) ? everywhere : memoryOf(node)
  const held = memory.get(service)
  if (held !== undefined) return held
  const plan = { key: service.key, source: service, frontends: frontendsOf(service, node, pastOf(service.key)) }
  memory.set(service, plan)
  return plan
}

function memoryOf(node: NodeModel): WeakMap<ServiceModel, ServicePlan> {
  const held = onNode.get(node)
  if (held !== undefined) return held
  const memory = new WeakMap<ServiceModel, ServicePlan>()
  onNode.set(node, memory)
  return memory
}

function isSameOnEveryNode(service: ServiceModel): boolean {
  return (
    service.internalTrafficPolicy === 'Cluster' &&
    service.frontends.every(
      ({ kind }) => kind === 'cluster' || (kind !== 'node-port' && service.externalTrafficPolicy === 'Cluster'),
    )
  )
}

function frontendsOf(service: ServiceModel, node: NodeModel, past: ServicePlan | undefined): readonly FrontendPlan[] {
  const before = new Map(past?.frontends.map(frontend => [frontend.id, frontend]))
  return service.frontends.flatMap(frontend =>
    addressesOf(frontend, node).map(address => frontendPlan(service, frontend, { address, node, before })),
  )
}

function addressesOf(frontend: FrontendModel, node: NodeModel): readonly Address[] {
  return frontend.kind === 'node-port' ? node.addresses : [frontend.address]
}

interface Place {
  readonly address: Address
  readonly node: NodeModel
  readonly before: ReadonlyMap<string, FrontendPlan>
}

function frontendPlan(service: ServiceModel, frontend: FrontendModel, place: Place): FrontendPlan {
  const { address, node, before } = place
  const { protocol, port } = frontend
  const endpoints = service.ports[frontend.portIndex]?.endpoints ?? []
  const id = `${address} ${protocol} ${port}`
  const held = before.get(id)
  const family = familyOf(address)
  const everyone = () => usableEndpoints({ endpoints }, { family })
  const local = () => usableEndpoints({ endpoints }, { family, policy: 'Local', node: node.name })
  const isInternal = frontend.kind === 'cluster'
  const keepsSource = !isInternal && service.externalTrafficPolicy === 'Local'
  const inside = isInternal && service.internalTrafficPolicy === 'Local' ? local() : everyone()
  return {
    id,
    family,
    address,
    protocol,
    port,
    backends: keepSlots(held?.backends ?? [], inside.map(backendOf)),
    ...(keepsSource ? { outside: keepSlots(held?.outside ?? [], local().map(backendOf)) } : {}),
    // Upstream limits load-balancer addresses only, and so do we.
    ...(frontend.kind === 'load-balancer' && service.sourceRanges !== undefined
      ? { allowed: disjoint(service.sourceRanges, family) }
      : {}),
    ...(service.sessionAffinitySeconds === undefined ? {} : { stickySeconds: service.sessionAffinitySeconds }),
  }
}

function backendOf({ address, port }: EndpointModel): Backend {
  return { address, port }
}

function familyPlan(network: Network, node: NodeModel, family: Family): FamilyPlan {
  const { podCidrs, serviceCidrs, lanCidrs } = network
  const own = node.addresses.filter(address => familyOf(address) === family)
  const primary = own[0]
  const sources = node.podCidrs.length > 0 ? node.podCidrs : podCidrs
  return {
    family,
    ...(primary === undefined ? {} : { primary }),
    inside: disjoint([...podCidrs, ...own.map(single)], family),
    local: disjoint([...sources, ...own.map(single)], family),
    podSources: disjoint(sources, family),
    near: disjoint([...podCidrs, ...serviceCidrs, ...lanCidrs], family),
    serviceRanges: disjoint(serviceCidrs, family),
    virtual: virtualAddresses(network).filter(address => familyOf(address) === family),
    localPods: (podAddresses(network.pods).get(node.name) ?? []).filter(address => familyOf(address) === family),
  }
}

const virtualByNetwork = new WeakMap<Network, readonly Address[]>()

/** A machine's own address can be an external address of a Service; its other ports stay the machine's. */
function virtualAddresses(network: Network): readonly Address[] {
  const held = virtualByNetwork.get(network)
  if (held !== undefined) return held
  const found = new Set<Address>()
  for (const { loadBalancerIPs, externalIPs } of network.services) {
    if (loadBalancerIPs.length > 0) for (const address of loadBalancerIPs) found.add(address)
    if (externalIPs.length > 0) for (const address of externalIPs) found.add(address)
  }
  for (const { addresses } of [...network.nodes, ...network.hosts]) for (const own of addresses) found.delete(own)
  const virtual = [...found].filter(address => !network.serviceCidrs.some(range => contains(range, address))).sort()
  virtualByNetwork.set(network, virtual)
  return virtual
}

const podsByNode = new WeakMap<readonly PodModel[], ReadonlyMap<string, readonly Address[]>>()

function podAddresses(pods: readonly PodModel[]): ReadonlyMap<string, readonly Address[]> {
  const held = podsByNode.get(pods)
  if (held !== undefined) return held
  const byNode = new Map<string, Address[]>()
  for (const { node, addresses, hostNetwork } of pods) {
    if (node === undefined || hostNetwork || addresses.length === 0) continue
    const list = byNode.get(node) ?? []
    list.push(...addresses)
    byNode.set(node, list)
  }
  podsByNode.set(pods, byNode)
  return byNode
}
