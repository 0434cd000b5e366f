// Which load-balancer address would each Service of the input get, asked of the allocator that the lab runs?

import type { Family } from '../../net/address.ts'
import { type Allocation, allocate } from '../../network/load-balancer/allocate.ts'
import { type ReservedAddresses, reservedAddresses } from '../../network/load-balancer/reserved-addresses.ts'
import {
  type CiliumLoadBalancerIPPool,
  ciliumLoadBalancerIPPools,
} from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import type { Site } from '../../site/site.ts'
import type { Inventory } from './rule.ts'

const remembered = new WeakMap<Inventory, Allocation>()

export function folderAddresses(input: Inventory): Allocation {
  const known = remembered.get(input)
  if (known !== undefined) return known
  const allocation = allocate({
    pools: input.of<CiliumLoadBalancerIPPool>(ciliumLoadBalancerIPPools).map(({ object }) => object),
    services: input.of<Service>(services).map(({ object }) => object),
    reserved: reservedBy(input.site),
    families: familiesOf(input.site),
  })
  remembered.set(input, allocation)
  return allocation
}

/** The families in which the cluster's Services have addresses. */
export function familiesOf(site: Site | undefined): readonly Family[] {
  const families = new Set((site?.serviceCidrs ?? []).map(({ family }) => family))
  return families.size === 0 ? [4] : [...families]
}

function reservedBy(site: Site | undefined): ReservedAddresses {
  if (site === undefined) return new Map()
  return reservedAddresses({
    nodes: site.nodes,
    hosts: [
      { name: 'router', kind: 'gateway', addresses: site.lan.gateways },
      ...site.lan.hosts.map(host => ({ ...host, kind: 'host' as const })),
    ],
    lanCidrs: site.lan.cidrs,
  })
}
