// Which machines there are, on which addresses, before any of them exists.
import type { Address } from '../../net/address.ts'
import type { Cidr } from '../../net/cidr.ts'

export interface TopologyPlan {
  readonly lan: {
    readonly cidrs: readonly Cidr[]
    /** The router's addresses on the LAN, at most one of each family. */
    readonly gateways: readonly Address[]
  }
  readonly nodes: readonly NodePlan[]
  /** Machines on the LAN that run no pods: a laptop, a printer. */
  readonly hosts: readonly HostPlan[]
  readonly internet: {
    /** The link between router and internet: the internet has the first address, the router the second. */
    readonly links: readonly Cidr[]
    /** Every address in these belongs to the internet machine, so that any of them can be listened on. */
    readonly services: readonly Cidr[]
  }
  /** Default: the gateways. */
  readonly nameServers?: readonly Address[]
  /** Search domains of the LAN machines' resolvers. */
  readonly searchDomains?: readonly string[]
  /** Certificates in PEM that every machine trusts besides those the host trusts. */
  readonly authorities?: readonly string[]
  /** Where the machines' own files are kept; it should vanish with the lab. Default `/run/fairway`. */
  readonly directory?: string
}

export interface HostPlan {
  readonly name: string
  readonly addresses: readonly Address[]
}

export interface NodePlan extends HostPlan {
  readonly podCidrs: readonly Cidr[]
}

/** The names of machines that every plan has. */
export const routerName = 'router'
export const internetName = 'internet'
export const lanName = 'lan'
