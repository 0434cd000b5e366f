// Does a pool hold addresses that nobody on the LAN can ask for by ARP?
import { covers, formatCidr } from '../../../net/cidr.ts'
import { poolRanges } from '../../../network/load-balancer/pool-ranges.ts'
import {
  type CiliumLoadBalancerIPPool,
  ciliumLoadBalancerIPPools,
} from '../../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'

export const poolOutsideLan: Rule = {
  codes: ['FW211'],
  *check(input) {
    const lan = input.site?.lan.cidrs
    if (lan === undefined) return
    for (const entry of input.of<CiliumLoadBalancerIPPool>(ciliumLoadBalancerIPPools)) {
      for (const range of poolRanges(entry.object).ranges) {
        // A pool that swallows the LAN and more is another mistake, FW215.
        if (lan.some(cidr => covers(cidr, range) || covers(range, cidr))) continue
        yield finding(entry, range.path, {
          code: 'FW211',
          severity: 'warning',
          message: `pool ${entry.object.metadata.name}: ${range.text} is not inside the LAN ${lan.map(formatCidr).join(', ')}`,
          why: 'Addresses are announced on the LAN by ARP; clients send packets for other networks to their router, which knows nothing of them.',
          fix: 'take addresses of the LAN that the DHCP server leaves alone, or give the router a route to a node',
        })
      }
    }
  },
}
