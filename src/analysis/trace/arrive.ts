// Which machine gets a client's packet, and what is the address to it: a Service's, a pod's, its own?
import { type Address, familyOf } from '../../net/address.ts'
import { contains } from '../../net/cidr.ts'
import { eligibleAnnouncers } from '../../network/load-balancer/choose-announcers.ts'
import type { FrontendModel, NodeModel, PodModel, Protocol, ServiceModel } from '../../network/model.ts'
import { usableEndpoints } from '../../network/resolve/usable-endpoints.ts'
import type { Client } from './place.ts'
import type { Expectation } from './trace-result.ts'
import { addressText, type TraceWorld } from './world.ts'

export interface Destination {
  readonly address: Address
  readonly port: number
  readonly protocol: Protocol
}

/** How it says it, and how it shows. */
interface Said {
  readonly says: string
  readonly because: readonly string[]
  readonly expects?: Expectation
}

export interface ToService {
  readonly kind: 'service'
  readonly service: ServiceModel
  readonly frontend: FrontendModel
  /** Where the address is replaced; unknown for a pod that is not scheduled yet. */
  readonly node?: string
  /** Clients inside the cluster are exempt from source ranges and from the external traffic policy. */
  readonly side: 'inside' | 'outside'
}

export type Arrival =
  | (Said & ToService)
  | (Said & { readonly kind: 'pod'; readonly pod: PodModel })
  | (Said & { readonly kind: 'machine'; readonly name: string })
  | (Said & { readonly kind: 'nowhere'; readonly fix?: string })
  /** It gets to a node, where no Service has the port. */
  | (Said & { readonly kind: 'refused'; readonly refusal: string; readonly fact: string; readonly fix?: string })
  | (Said & { readonly kind: 'unclear' })

export function arrive(client: Client, to: Destination, world: TraceWorld): Arrival {
  const { network } = world
  const claim = findClaim(to, world)
  const machine = [...network.nodes, ...network.hosts].find(({ addresses }) => addresses.includes(to.address))
  if (client.kind === 'internet') return fromInternet(to, world)
  const isInCluster = client.node !== undefined || client.pod !== undefined
  if (claim !== undefined && claim.frontend.kind === 'node-port') return atNodePort(client, claim, { to, world })
  if (isInCluster && (claim !== undefined || isServiceAddress(to.address, world))) {
    return atOwnNode(client, claim, { to, world })
  }
  if (claim !== undefined && claim.frontend.kind !== 'cluster') return fromLan(client, { to, claim, world })
  if (isVirtual(to.address, world)) return fromLan(client, { to, claim: undefined, world })
  if (network.serviceCidrs.some(range => contains(range, to.address))) return clusterAddressFromLan(to, world)
  const pod = network.pods.find(item => !item.hostNetwork && item.addresses.includes(to.address))
  if (pod !== undefined) {
    return {
      kind: 'pod',
      pod,
      says: `${addressText(to.address, world)} is pod ${pod.key}${pod.node === undefined ? '' : ` on ${pod.node}`}`,
      because: ['pod addresses are routed through their nodes, without translation'],
    }
  }
  if (machine !== undefined) {
    return { kind: 'machine', name: machine.name, says: `${to.address} is ${machine.name} itself`, because: [] }
  }
  return nobody(to, world)
}

interface Claim {
  readonly service: ServiceModel
  readonly frontend: FrontendModel
}

function findClaim({ address, port, protocol }: Destination, { network }: TraceWorld): Claim | undefined {
  const isNode = network.nodes.some(({ addresses }) => addresses.includes(address))
  for (const service of network.services) {
    for (const frontend of service.frontends) {
      if (frontend.port !== port || frontend.protocol !== protocol) continue
      if (frontend.kind === 'node-port' ? isNode : frontend.address === address) return { service, frontend }
    }
  }
  return undefined
}

/** Belongs to Services, and to no machine. */
function isVirtual(address: Address, { network }: TraceWorld): boolean {
  return (
    network.services.some(item => item.loadBalancerIPs.includes(address) || item.externalIPs.includes(address)) &&
    ![...network.nodes, ...network.hosts].some(({ addresses }) => addresses.includes(address))
  )
}

function isServiceAddress(address: Address, world: TraceWorld): boolean {
  return (
    isVirtual(address, world) ||
    world.network.serviceCidrs.some(range => contains(range, address)) ||
    world.network.services.some(({ clusterIPs }) => clusterIPs.includes(address))
  )
}

interface Place {
  readonly to: Destination
  readonly world: TraceWorld
}

/** Every node knows every frontend, so that a pod's or a node's own packets never have to find one on the LAN. */
function atOwnNode(client: Client, claim: Claim | undefined, { to, world }: Place): Arrival {
  const where = client.node === undefined ? 'the node of the pod' : `its own node ${client.node}`
  const by = client.kind === 'node' ? 'the node itself' : where
  const says = `${by} replaces ${addressText(to.address, world)}, before the packet leaves`
  if (claim === undefined) {
    return { says: `${by} looks ${addressText(to.address, world)} up`, because: [], ...refusedPort(to, { world, by }) }
  }
  const own = client.node === undefined ? {} : { node: client.node }
  return { kind: 'service', ...claim, ...own, side: 'inside', says, because: [] }
}

function atNodePort(client: Client, claim: Claim, { to, world }: Place): Arrival {
  const owner = world.network.nodes.find(({ addresses }) => addresses.includes(to.address))
  const node = owner?.name ?? ''
  const isOwn =
    client.kind === 'node' || client.pod?.hostNetwork === true ? client.node === node : client.pod !== undefined
  const isFar = client.pod === undefined && client.kind !== 'node' ? neighbour(to.address, node) : undefined
  return {
    kind: 'service',
    ...claim,
    node,
    side: isOwn ? 'inside' : 'outside',
    says: `${to.address} is node ${node}, which serves the node port itself`,
    because: owner?.ready === false ? [`node ${node} is not Ready`] : [],
    ...(isFar === undefined ? {} : { expects: isFar }),
  }
}

function neighbour(address: Address, machine: string): Expectation {
  return { kind: 'neighbour', address, machine }
}

interface LanPlace extends Place {
  readonly claim: Claim | undefined
}

function fromLan(_client: Client, { to, claim, world }: LanPlace): Arrival {
  const { network } = world
  const text = addressText(to.address, world)
  const announced = network.announcements.find(({ address }) => address === to.address)
  if (announced === undefined) {
    return {
      kind: 'nowhere',
      says: `nobody on the LAN answers for ${text}`,
      because: whySilent(to.address, world),
      expects: { kind: 'neighbour', address: to.address },
      fix: 'kubectl get nodes; kubectl get ciliuml2announcementpolicies',
    }
  }
  const { node } = announced
  const address = network.nodes
    .find(({ name }) => name === node)
    ?.addresses.find(own => familyOf(own) === familyOf(to.address))
  const says = `node ${node}${address === undefined ? '' : ` (${address})`} answers on the LAN for ${text}`
  const because = whyThisNode(to.address, node, world)
  const expects = neighbour(to.address, node)
  if (claim === undefined) return { says, because, expects, ...refusedPort(to, { world, by: `node ${node}` }) }
  return { kind: 'service', ...claim, node, side: 'outside', says, because, expects }
}

function whyThisNode(address: Address, node: string, world: TraceWorld): readonly string[] {
  const eligible = eligibleAnnouncers(address, questionOf(world)).map(({ name }) => name)
  const passedOver = world.network.nodes.filter(({ name }) => !eligible.includes(name))
  const reasons = passedOver.map(other => `not ${other.name}: ${whyNot(other, address, world)}`)
  const choice =
    eligible.length <= 1
      ? `the only node that may: ${node}`
      : world.prediction.isLive
        ? `of ${eligible.join(', ')}, chosen by a hash of the address, and it stays as long as it may`
        : `of ${eligible.join(', ')}, chosen by a hash of the address`
  return [choice, ...reasons]
}

function questionOf({ network, announcementPolicies }: TraceWorld) {
  const { services, nodes, announcements } = network
  return { services, nodes, policies: announcementPolicies, previous: announcements }
}

function whyNot(node: NodeModel, address: Address, { network, announcementPolicies }: TraceWorld): string {
  if (!node.ready) return 'it is not Ready'
  if (!node.announces) return 'it is cordoned or excluded from external load balancers'
  const locals = network.services.filter(
    service => service.externalTrafficPolicy === 'Local' && claims(service, address),
  )
  const lacking = locals.find(service =>
    service.ports.every(port => usableEndpoints(port, { policy: 'Local', node: node.name }).length === 0),
  )
  if (lacking !== undefined) return `externalTrafficPolicy is Local, and it has no ready endpoint of ${lacking.key}`
  return announcementPolicies.length > 0
    ? 'no announcement policy selects it'
    : 'another node suits more of the Services'
}

function claims({ loadBalancerIPs, externalIPs }: ServiceModel, address: Address): boolean {
  return loadBalancerIPs.includes(address) || externalIPs.includes(address)
}

function whySilent(address: Address, world: TraceWorld): readonly string[] {
  const { network, announcementPolicies } = world
  const reasons = network.nodes.map(node => `not ${node.name}: ${whyNot(node, address, world)}`)
  const owners = network.services.filter(service => claims(service, address))
  const foreign = owners.find(({ loadBalancerClass }) => loadBalancerClass !== undefined)
  if (foreign !== undefined) {
    return [
      `Service ${foreign.key} has the loadBalancerClass ${foreign.loadBalancerClass}, which another controller announces`,
    ]
  }
  const isExternal = owners.every(({ loadBalancerIPs }) => !loadBalancerIPs.includes(address))
  if (announcementPolicies.length === 0 && isExternal) {
    return ['it is an external address, which only a CiliumL2AnnouncementPolicy with externalIPs announces']
  }
  return network.nodes.every(node => node.ready) && announcementPolicies.length > 0
    ? ['no CiliumL2AnnouncementPolicy selects the Service and a node', ...reasons]
    : reasons
}

function clusterAddressFromLan({ address }: Destination, world: TraceWorld): Arrival {
  return {
    kind: 'nowhere',
    says: `${addressText(address, world)} is a cluster address, which no machine of the LAN has a way to`,
    because: ['only nodes and pods replace cluster addresses'],
    fix: 'Use its load-balancer address, a node port, or an Ingress.',
  }
}

function fromInternet({ address }: Destination, world: TraceWorld): Arrival {
  const { network, site, prediction } = world
  const ranges = [...network.lanCidrs, ...network.podCidrs, ...network.serviceCidrs]
  const isOurs = prediction.placeholders.has(address) || ranges.some(range => contains(range, address))
  if (!isOurs) return outside(address)
  return {
    kind: 'nowhere',
    says: `${addressText(address, world)} is an address of the site ${site.name}, which the internet has no way to`,
    because: ['the router lets connections out, and none in'],
    fix: 'Publish the host through a tunnel.',
  }
}

function outside(address: Address): Arrival {
  return { kind: 'unclear', says: `${address} is outside of the site: what is there is not known`, because: [] }
}

function refusedPort(
  { address, port, protocol }: Destination,
  { world, by }: { readonly world: TraceWorld; readonly by: string },
) {
  const owners = world.network.services.flatMap(service =>
    service.frontends
      .filter(frontend => frontend.kind !== 'node-port' && frontend.address === address)
      .map(frontend => `${frontend.port}/${frontend.protocol} (${service.key})`),
  )
  const fix = owners.length === 0 ? {} : { fix: 'Use one of these ports, or add the port to the Service.' }
  return {
    kind: 'refused',
    refusal: `no Service has port ${port}/${protocol} on ${addressText(address, world)}: ${by} refuses it at once`,
    fact: owners.length === 0 ? 'no Service has this address' : `the address has ${owners.join(', ')}`,
    ...fix,
  } as const
}

function nobody({ address }: Destination, { network }: TraceWorld): Arrival {
  if (network.podCidrs.some(range => contains(range, address))) {
    const why = 'its node answers that there is no such host'
    return { kind: 'nowhere', says: `no pod has ${address}`, because: [why] }
  }
  if (!network.lanCidrs.some(range => contains(range, address))) return outside(address)
  return {
    kind: 'nowhere',
    says: `no machine of the site and no Service has ${address}: nobody on the LAN answers for it`,
    because: [],
    expects: { kind: 'neighbour', address },
  }
}
