// Does a pool hold addresses that nobody on the LAN can ask for by ARP?
import { covers, formatCidr } from '../../../net/cidr.ts'
import {
  type CiliumLoadBalancerIPPool,
  ciliumLoadBalancerIPPools,
} from '../../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import { finding } from '../inventory.ts'
import { poolRanges } from '../pool-ranges.ts'
import type { Rule } from '../rule.ts'

export const poolOutsideLan: Rule = {
  code: 'FW211',
  title: 'A pool holds addresses outside the LAN',
  *check(input) {
    const lan = input.site?.lan.cidrs
    if (lan === undefined) return
    for (const entry of input.of<CiliumLoadBalancerIPPool>(ciliumLoadBalancerIPPools)) {
      for (const { range, path, text } of poolRanges(entry.object)) {
        if (lan.some(cidr => covers(cidr, range))) continue
        yield finding(entry, path, {
          code: 'FW211',
          severity: 'warning',
          message: `pool ${entry.object.metadata.name}: ${text} is not inside the LAN ${lan.map(formatCidr).join(', ')}`,
          why: 'addresses are announced on the LAN by ARP; clients send packets for other networks to their router, which knows nothing of them',
          fix: 'take addresses of the LAN that the DHCP server leaves alone, or give the router a route to a node',
        })
      }
    }
  },
}
