// The Network that the input describes, before there is a cluster: Services without endpoints, nodes, no pods.
import type { Network } from '../../network/model.ts'
import { resolve } from '../../network/resolve/resolve.ts'
import type { KindRef } from '../../objects/kind.ts'
import { type Namespace, namespaces } from '../../objects/kinds/namespace.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { type KubeObject, keyOf } from '../../objects/object.ts'
import type { Inventory } from './rule.ts'

const remembered = new WeakMap<Inventory, Network>()

export function folderNetwork(input: Inventory): Network {
  const known = remembered.get(input)
  if (known !== undefined) return known
  const network = resolve({
    site: { podCidrs: [], serviceCidrs: [], lanCidrs: [], hosts: [] },
    namespaces: byKey<Namespace>(input, namespaces),
    nodes: new Map(),
    pods: new Map(),
    services: byKey<Service>(input, services),
    endpointSlices: new Map(),
    announcementPolicies: new Map(),
  })
  remembered.set(input, network)
  return network
}

/** By `namespace/name`, as the rooms above want them. */
export function byKey<T extends KubeObject>(input: Inventory, kind: KindRef): ReadonlyMap<string, T> {
  return new Map(input.of<T>(kind).map(({ object }) => [keyOf(object), object]))
}
