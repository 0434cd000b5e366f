// What must be known of a cluster and its site to resolve a Network.
import type { Cidr } from '../../net/cidr.ts'
import type { CiliumL2AnnouncementPolicy } from '../../objects/kinds/cilium-l2-announcement-policy.ts'
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { Namespace } from '../../objects/kinds/namespace.ts'
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import type { HostModel } from '../model.ts'

/** What no Kubernetes object says: which addresses are whose. */
export interface SiteFacts {
  readonly podCidrs: readonly Cidr[]
  readonly serviceCidrs: readonly Cidr[]
  readonly lanCidrs: readonly Cidr[]
  /** Router, laptop and every other machine of the LAN that is known. */
  readonly hosts: readonly HostModel[]
}

/** Maps by `namespace/name` (or `name`), as informers hold them. */
export interface ClusterObjects {
  readonly site: SiteFacts
  readonly namespaces: ReadonlyMap<string, Namespace>
  readonly nodes: ReadonlyMap<string, Node>
  readonly pods: ReadonlyMap<string, Pod>
  readonly services: ReadonlyMap<string, Service>
  readonly endpointSlices: ReadonlyMap<string, EndpointSlice>
  /** The slices of a Service, by `serviceKeyOf`, where somebody keeps an index of them; else they are gathered each time. */
  readonly slicesOf?: (serviceKey: string) => ReadonlySet<EndpointSlice>
  readonly announcementPolicies: ReadonlyMap<string, CiliumL2AnnouncementPolicy>
}
