// The Services of one node as its kernel has them, with what only the Network knows of them: whose they are, and of what kind.
import type { KernelFrontend, KernelServices } from '../../dataplane/nftables/read-back.ts'
import { type Address, compareAddresses } from '../../net/address.ts'
import type { EndpointModel, FrontendModel, Network, Protocol, ServiceModel } from '../../network/model.ts'

/** Cilium's words for how a backend takes part. */
export type BackendState = 'active' | 'terminating' | 'quarantined'

export interface AgentBackend {
  readonly address: Address
  readonly port: number
  readonly protocol: Protocol
  readonly node?: string
  readonly state: BackendState
}

export interface AgentService {
  /** Unique on the node, and the same as long as the frontend exists. */
  readonly id: number
  readonly address: Address
  readonly port: number
  readonly protocol: Protocol
  /** With a traffic policy of Local there are two entries: for clients outside of the cluster, and for those inside. */
  readonly scope: 'external' | 'internal'
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalIPs' | 'Unknown'
  /** Absent when the kernel has a frontend that the Network does not know (any more). */
  readonly namespace?: string
  readonly name?: string
  readonly policy?: { readonly external: 'Cluster' | 'Local'; readonly internal: 'Cluster' | 'Local' }
  readonly backends: readonly AgentBackend[]
  readonly isSticky: boolean
  readonly isLocal: boolean
  readonly sourceRanges?: readonly string[]
}

const types = {
  cluster: 'ClusterIP',
  'node-port': 'NodePort',
  'load-balancer': 'LoadBalancer',
  external: 'ExternalIPs',
} as const

/** Hands out the numbers that Cilium's tables show, and keeps them for what stays. */
export class ServiceIds {
  #ids = new Map<string, number>()
  #next = 1

  /** For all frontends that there are now; the numbers of others are forgotten, and not given again. */
  assign(places: readonly string[]): ReadonlyMap<string, number> {
    this.#ids = new Map(places.map(place => [place, this.#ids.get(place) ?? this.#next++]))
    return this.#ids
  }
}

export function agentServices(
  kernel: KernelServices,
  { network, node, ids }: { readonly network: Network; readonly node: string; readonly ids: ServiceIds },
): readonly AgentService[] {
  const owners = ownersOn(network, node)
  const entries = kernel.frontends
    .flatMap(frontend => scopesOf(frontend).map(scope => ({ frontend, scope })))
    .sort((a, b) => compareAddresses(a.frontend.address, b.frontend.address))
  const known = ids.assign(entries.map(({ frontend, scope }) => `${placeOf(frontend)} ${scope}`))
  return entries
    .map(({ frontend, scope }): AgentService => {
      const owner = owners.get(placeOf(frontend))
      const { address, port, protocol, isSticky, allowed } = frontend
      const backends = scope === 'external' ? (frontend.outside ?? frontend.backends) : frontend.backends
      return {
        id: known.get(`${placeOf(frontend)} ${scope}`) ?? 0,
        address,
        port,
        protocol,
        scope,
        type: owner === undefined ? 'Unknown' : types[owner.frontend.kind],
        ...(owner === undefined ? {} : described(owner.service)),
        backends: backends.map(backend => ({ ...backend, protocol, ...stateOf(backend, owner) })),
        isSticky,
        isLocal: frontend.outside !== undefined && scope === 'external',
        ...(allowed === undefined ? {} : { sourceRanges: allowed }),
      }
    })
    .sort((a, b) => a.id - b.id)
}

function scopesOf({ outside }: KernelFrontend): readonly AgentService['scope'][] {
  return outside === undefined ? ['external'] : ['external', 'internal']
}

interface Owner {
  readonly service: ServiceModel
  readonly frontend: FrontendModel
  readonly endpoints: ReadonlyMap<string, EndpointModel>
}

export function placeOf({ address, protocol, port }: Pick<KernelFrontend, 'address' | 'protocol' | 'port'>): string {
  return `${address} ${protocol} ${port}`
}

/** Every frontend that the Network wants on the node, by its place. */
export function ownersOn(network: Network, node: string): ReadonlyMap<string, Owner> {
  const own = network.nodes.find(({ name }) => name === node)?.addresses ?? []
  const owners = new Map<string, Owner>()
  for (const service of network.services) {
    for (const frontend of service.frontends) {
      const endpoints = new Map(
        (service.ports[frontend.portIndex]?.endpoints ?? []).map(endpoint => [
          `${endpoint.address} ${endpoint.port}`,
          endpoint,
        ]),
      )
      for (const address of frontend.kind === 'node-port' ? own : [frontend.address]) {
        owners.set(placeOf({ ...frontend, address }), { service, frontend, endpoints })
      }
    }
  }
  return owners
}

function described(service: ServiceModel) {
  const { namespace, name, externalTrafficPolicy: external, internalTrafficPolicy: internal } = service
  return { namespace, name, policy: { external, internal } }
}

/** A backend that the kernel has and the Network does not is on its way out. */
function stateOf({ address, port }: { readonly address: Address; readonly port: number }, owner: Owner | undefined) {
  const endpoint = owner?.endpoints.get(`${address} ${port}`)
  const state: BackendState =
    endpoint === undefined
      ? 'quarantined'
      : endpoint.ready
        ? 'active'
        : endpoint.terminating
          ? 'terminating'
          : 'quarantined'
  return { state, ...(endpoint?.node === undefined ? {} : { node: endpoint.node }) }
}
