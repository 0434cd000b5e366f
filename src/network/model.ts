// The shape of a Network: the one answer to "who has which address, which name leads where".
// Everything here is plain immutable data, sorted, so that two resolutions of one input are equal byte for byte.
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Address, Family } from '../net/address.ts'
import type { Cidr } from '../net/cidr.ts'

export type Protocol = 'TCP' | 'UDP' | 'SCTP'

export interface NamespaceModel {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** A machine on the LAN that is not a node: the router, a laptop, a printer with a fixed address. */
export interface HostModel {
  readonly name: string
  readonly kind: 'gateway' | 'host'
  readonly addresses: readonly Address[]
}

export interface NodeModel {
  readonly name: string
  /** InternalIP addresses; the first is the primary. */
  readonly addresses: readonly Address[]
  readonly podCidrs: readonly Cidr[]
  readonly ready: boolean
  /** False when cordoned, draining or labelled node.kubernetes.io/exclude-from-external-load-balancers. */
  readonly announces: boolean
  readonly labels: Readonly<Record<string, string>>
}

export interface PodModel {
  /** `namespace/name`. */
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly node?: string
  readonly addresses: readonly Address[]
  readonly hostNetwork: boolean
  readonly ready: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly hostname?: string
  readonly subdomain?: string
}

export interface EndpointModel {
  readonly address: Address
  /** The port on the endpoint; target ports are already resolved. */
  readonly port: number
  readonly node?: string
  /** `namespace/name` of the pod. */
  readonly pod?: string
  readonly hostname?: string
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
}

export interface ServicePortModel {
  /** Empty when the Service has a single unnamed port. */
  readonly name: string
  readonly protocol: Protocol
  readonly port: number
  readonly nodePort?: number
  readonly appProtocol?: string
  /** As written: a number, or the name of a container port. Absent means the same as `port`. */
  readonly targetPort?: number | string
  /** Every endpoint of the slices for this port, sorted by address and port; who is used is `usableEndpoints`'s choice. */
  readonly endpoints: readonly EndpointModel[]
}

/**
 * One address and port under which a Service is reached. A `node-port` has no address here: every node answers on its own.
 * What two Services claim belongs to the older one; it is missing from the other's list, with a diagnostic.
 */
export type FrontendModel =
  | {
      readonly kind: 'cluster' | 'load-balancer' | 'external'
      readonly address: Address
      readonly protocol: Protocol
      readonly port: number
      /** Index in `ServiceModel.ports`. */
      readonly portIndex: number
    }
  | { readonly kind: 'node-port'; readonly protocol: Protocol; readonly port: number; readonly portIndex: number }

export interface ServiceModel {
  /** `namespace/name`. */
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  /** ms since the epoch; 0 when the object carries no time (read from a file). */
  readonly createdMs: number
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  readonly headless: boolean
  readonly clusterIPs: readonly Address[]
  /** Of spec.ipFamilies, in order. */
  readonly families: readonly Family[]
  /** From status.loadBalancer.ingress[].ip. */
  readonly loadBalancerIPs: readonly Address[]
  readonly loadBalancerClass?: string
  readonly externalIPs: readonly Address[]
  readonly externalName?: string
  readonly externalTrafficPolicy: 'Cluster' | 'Local'
  readonly internalTrafficPolicy: 'Cluster' | 'Local'
  readonly sessionAffinitySeconds?: number
  /** Who may use a load-balancer address; absent means everyone, an empty list nobody. */
  readonly sourceRanges?: readonly Cidr[]
  readonly healthCheckNodePort?: number
  readonly publishNotReadyAddresses: boolean
  readonly ports: readonly ServicePortModel[]
  /** For headless Services without ports: the endpoints' addresses all the same, with port 0. */
  readonly endpoints: readonly EndpointModel[]
  readonly frontends: readonly FrontendModel[]
}

/** Which host's packets for a load-balancer address arrive where: exactly one node announces an address. */
export interface Announcement {
  readonly address: Address
  readonly node: string
  /** Keys of the Services that own the address; more than one when it is shared. */
  readonly services: readonly string[]
}

export interface Network {
  readonly namespaces: readonly NamespaceModel[]
  readonly hosts: readonly HostModel[]
  readonly nodes: readonly NodeModel[]
  readonly pods: readonly PodModel[]
  readonly services: readonly ServiceModel[]
  readonly announcements: readonly Announcement[]
  readonly podCidrs: readonly Cidr[]
  readonly serviceCidrs: readonly Cidr[]
  readonly lanCidrs: readonly Cidr[]
  readonly diagnostics: readonly Diagnostic[]
}
