// Does a pool hold an address that some machine of the LAN has already?

import type { Address } from '../../../net/address.ts'
import { contains } from '../../../net/cidr.ts'
import {
  type CiliumLoadBalancerIPPool,
  ciliumLoadBalancerIPPools,
} from '../../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import type { Site } from '../../../site/site.ts'
import { finding } from '../inventory.ts'
import { poolRanges } from '../pool-ranges.ts'
import type { Rule } from '../rule.ts'

export const poolAddressTaken: Rule = {
  code: 'FW210',
  title: 'A pool holds an address that belongs to a machine',
  *check(input) {
    const { site } = input
    if (site === undefined) return
    for (const entry of input.of<CiliumLoadBalancerIPPool>(ciliumLoadBalancerIPPools)) {
      for (const { range, path, text } of poolRanges(entry.object)) {
        for (const { owner, address } of owners(site)) {
          if (!contains(range, address)) continue
          yield finding(entry, path, {
            code: 'FW210',
            severity: 'warning',
            message: `pool ${entry.object.metadata.name} holds ${address} (in ${text}), which belongs to ${owner}`,
            why: 'two machines would answer for one address, and packets would go to whichever answered last; Cilium hands it out all the same, Fairway never does',
            fix: range.first === range.last ? 'remove this block' : `leave ${address} out of the block`,
          })
        }
      }
    }
  },
}

function owners(site: Site): readonly { owner: string; address: Address }[] {
  return [
    ...site.nodes.flatMap(node => node.addresses.map(address => ({ owner: `node ${node.name}`, address }))),
    ...site.lan.gateways.map(address => ({ owner: 'the gateway', address })),
    ...site.lan.hosts.flatMap(host => host.addresses.map(address => ({ owner: `host ${host.name}`, address }))),
  ]
}
