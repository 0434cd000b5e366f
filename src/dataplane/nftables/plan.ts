// What must a node's kernel know, so that every Service is reached from it? Data only; nothing here is nft syntax.
import type { Address, Family } from '../../net/address.ts'
import type { Range } from '../../net/cidr.ts'
import type { NodeModel, Protocol, ServiceModel } from '../../network/model.ts'

/** Where a packet is sent instead. */
export interface Backend {
  readonly address: Address
  readonly port: number
}

/** One address and port of a Service, as one node serves it. */
export interface FrontendPlan {
  /** Unique in a plan. */
  readonly id: string
  readonly family: Family
  readonly address: Address
  readonly protocol: Protocol
  readonly port: number
  /** For everybody; with `outside`, for pods and the node itself only. The position is the number that is drawn. */
  readonly backends: readonly Backend[]
  /** With a traffic policy of Local: for clients outside of the cluster, who also keep their source address. */
  readonly outside?: readonly Backend[]
  /** Clients outside of the cluster must come from here; disjoint and sorted. Absent means from anywhere. */
  readonly allowed?: readonly Range[]
  /** A client stays with its backend until it has opened no connection for this long. */
  readonly stickySeconds?: number
}

export interface ServicePlan {
  readonly key: string
  /** What it was compiled from. */
  readonly source: ServiceModel
  readonly frontends: readonly FrontendPlan[]
}

/** What concerns no single Service. Ranges are disjoint and sorted. */
export interface FamilyPlan {
  readonly family: Family
  /** The source address of what the node forwards on behalf of others; absent when the node has none of this family. */
  readonly primary?: Address
  /** All pods and the node itself: they reach every endpoint, and no source range stops them. */
  readonly inside: readonly Range[]
  /** Pods of this node and the node itself: answers come back here anyway, so their source addresses are kept. */
  readonly local: readonly Range[]
  /** Addresses of this node's pods, as sources. */
  readonly podSources: readonly Range[]
  /** Destinations that pods reach under their own address. */
  readonly near: readonly Range[]
  /** Cluster addresses: a port that no Service serves is refused. */
  readonly serviceRanges: readonly Range[]
  /** Load-balancer and external addresses: the same. */
  readonly virtual: readonly Address[]
  /** Pods of this node, which may meet themselves behind a Service. */
  readonly localPods: readonly Address[]
}

export interface NodePlan {
  readonly node: string
  /** What the node was when this was compiled. */
  readonly model: NodeModel
  readonly families: readonly [FamilyPlan, FamilyPlan]
  /** In order of their keys; Services without a frontend are left out. */
  readonly services: readonly ServicePlan[]
}
