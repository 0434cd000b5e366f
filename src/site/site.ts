// What a Site is, once it has been read: every address parsed, every default filled in.
import type { Address } from '../net/address.ts'
import type { Cidr } from '../net/cidr.ts'

export interface SiteNode {
  readonly name: string
  readonly addresses: readonly Address[]
  readonly roles: readonly string[]
  /** Cut from the site's pod ranges, in the order of the nodes. */
  readonly podCidrs: readonly Cidr[]
}

export interface SiteHost {
  readonly name: string
  readonly addresses: readonly Address[]
}

/** An ingress class, and what serves it. */
export type SiteIngress = {
  readonly className: string
  /** As in `kubectl get ingressclass`. */
  readonly controller: string
  readonly isDefault: boolean
} & (
  | {
      readonly proxy: 'nginx'
      /** Name of the Deployment and of its Service in namespace `network`. */
      readonly deployment: string
      readonly replicas: number
      /** Wanted load-balancer address. */
      readonly address?: Address
    }
  /** Served by a controller that Fairway does not run. */
  | { readonly proxy: 'none' }
)

export interface Site {
  readonly name: string
  readonly domain: string
  /** How long ago the site's objects say they were created. */
  readonly ageMs: number
  readonly nodes: readonly SiteNode[]
  readonly lan: {
    readonly cidrs: readonly Cidr[]
    readonly gateways: readonly Address[]
    readonly hosts: readonly SiteHost[]
  }
  readonly podCidrs: readonly Cidr[]
  readonly serviceCidrs: readonly Cidr[]
  readonly dns: {
    readonly addresses: readonly Address[]
    readonly zone: string
    readonly replicas: number
    readonly ttlSeconds: number
  }
  readonly ingress: readonly SiteIngress[]
  readonly loadBalancer: { readonly mode: 'snat' | 'dsr' }
  /** The far side of the router, on one machine. */
  readonly internet: {
    readonly cidr: Cidr
    /** The address that every public name answers with. */
    readonly server: Address
  }
}
