// Which machines does a site need on one machine?
import type { TopologyPlan } from '../../lab/topology/plan.ts'
import { hostCidr } from '../../net/cidr.ts'
import type { Site } from '../../site/site.ts'

export function topologyPlan(
  site: Site,
  options: { readonly authorities: readonly string[]; readonly directory: string },
): TopologyPlan {
  return {
    lan: { cidrs: site.lan.cidrs, gateways: site.lan.gateways },
    nodes: site.nodes.map(({ name, addresses, podCidrs }) => ({ name, addresses, podCidrs })),
    hosts: site.lan.hosts,
    internet: { links: [site.internet.cidr], services: [hostCidr(site.internet.server)] },
    searchDomains: [site.domain],
    ...options,
  }
}
