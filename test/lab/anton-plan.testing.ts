// Anton's machines as the tests of this folder use them.
import type { TopologyPlan } from '../../src/lab/topology/plan.ts'
import { address } from '../../src/net/address.ts'
import { cidr } from '../../src/net/cidr.ts'

export const anton: TopologyPlan = {
  lan: { cidrs: [cidr('192.168.1.0/24')], gateways: [address('192.168.1.1')] },
  nodes: [98, 99, 100].map((last, index) => ({
    name: `k8s-${index + 1}`,
    addresses: [address(`192.168.1.${last}`)],
    podCidrs: [cidr(`10.244.${index}.0/24`)],
  })),
  hosts: [{ name: 'laptop', addresses: [address('192.168.1.50')] }],
  internet: { links: [cidr('203.0.113.0/24')], services: [cidr('198.51.100.0/24')] },
}

/** The same with IPv6 beside IPv4 everywhere. */
export const antonDualStack: TopologyPlan = {
  ...anton,
  lan: {
    cidrs: [...anton.lan.cidrs, cidr('fd00:1::/64')],
    gateways: [...anton.lan.gateways, address('fd00:1::1')],
  },
  nodes: anton.nodes.map((node, index) => ({
    ...node,
    addresses: [...node.addresses, address(`fd00:1::${98 + index}`)],
    podCidrs: [...node.podCidrs, cidr(`fd00:10:244:${index}::/64`)],
  })),
  hosts: [{ name: 'laptop', addresses: [address('192.168.1.50'), address('fd00:1::50')] }],
  internet: {
    links: [...anton.internet.links, cidr('2001:db8:1::/64')],
    services: [...anton.internet.services, cidr('2001:db8:2::/64')],
  },
}
