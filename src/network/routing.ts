// The shape of a routing table: what an ingress proxy of one class must do with a request, whichever kind asked for it.
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Address } from '../net/address.ts'

/**
 * `exact` matches the whole path; `prefix` matches element-wise (`/foo` takes `/foo` and `/foo/bar`, not `/foobar`) and has no final
 * slash except for `/` itself; a `regex` must match the whole path.
 */
export type PathMatch =
  | { readonly kind: 'exact' | 'prefix'; readonly path: string }
  | { readonly kind: 'regex'; readonly pattern: string }

export interface RequestMatch {
  readonly path: PathMatch
  /** HTTPRoute only: the route hangs on listeners of one protocol. Absent means both. */
  readonly scheme?: 'http' | 'https'
  /** HTTPRoute only; all must hold. */
  readonly method?: string
  readonly headers: readonly ValueMatch[]
  readonly query: readonly ValueMatch[]
}

export interface ValueMatch {
  readonly kind: 'exact' | 'regex'
  readonly name: string
  readonly value: string
}

/** Who asked for this, for explanations: an Ingress or HTTPRoute, and the place in it. */
export interface RouteSource {
  readonly kind: 'Ingress' | 'HTTPRoute'
  readonly namespace: string
  readonly name: string
  /** As in `spec.rules[0].http.paths[1]`. */
  readonly field: string
}

export interface UpstreamEndpoint {
  readonly address: Address
  readonly port: number
}

/** A Service port as a set of endpoints; `id` is `<namespace>_<service>_<port>`, stable and safe in any syntax: [a-z0-9_-]. */
export interface Upstream {
  readonly id: string
  readonly namespace: string
  readonly service: string
  readonly port: string
  /** Sorted. Empty means that nothing answers: 503. */
  readonly endpoints: readonly UpstreamEndpoint[]
  /** Of a Service of type ExternalName: the name to look up at request time, and the port; `endpoints` is empty then. */
  readonly external?: { readonly name: string; readonly port: number }
}

export type HeaderChange =
  | { readonly kind: 'set' | 'add'; readonly name: string; readonly value: string }
  | { readonly kind: 'remove'; readonly name: string }

/** `prefix` replaces what the route's own path prefix matched. */
export interface PathChange {
  readonly kind: 'full' | 'prefix'
  readonly value: string
}

/** An upstream by id, or an answer for the share of a backend that does not exist. Weight 0 gets nothing. */
export type Backend =
  | { readonly upstream: string; readonly weight: number }
  | { readonly respond: number; readonly weight: number }

export interface Forward {
  readonly kind: 'forward'
  /** An upstream without endpoints answers 503 for its share. */
  readonly backends: readonly Backend[]
  readonly requestHeaders: readonly HeaderChange[]
  readonly responseHeaders: readonly HeaderChange[]
  readonly rewrite?: { readonly hostname?: string; readonly path?: PathChange }
}

export interface Redirect {
  readonly kind: 'redirect'
  readonly status: 301 | 302 | 303 | 307 | 308
  readonly scheme?: 'http' | 'https'
  readonly hostname?: string
  readonly port?: number
  readonly path?: PathChange
}

export type Action = Forward | Redirect | { readonly kind: 'respond'; readonly status: number }

export interface Route {
  readonly match: RequestMatch
  readonly action: Action
  readonly source: RouteSource
}

export type HostTls =
  /** A Secret of type kubernetes.io/tls that holds a valid pair covering the host. */
  | { readonly kind: 'secret'; readonly namespace: string; readonly name: string }
  /** Signed by the lab's CA (on one machine) or the controller's default certificate. */
  | { readonly kind: 'default' }

export interface HostRoutes {
  /**
   * Lower case, no final dot. `*.example.org` stands for exactly one more label (Ingress), `**.example.org` for one or more
   * (HTTPRoute), `*` for every host that no other entry takes. The most specific entry decides alone; hosts do not inherit.
   */
  readonly host: string
  readonly tls: HostTls
  /** Plain HTTP is answered with 308 to https, except below /.well-known/acme-challenge. */
  readonly redirectToHttps: boolean
  /** ingress-nginx cuts a final slash off the redirect's target; this keeps it. */
  readonly redirectKeepsSlash: boolean
  /** In order of precedence: the first that matches decides; none is 404. */
  readonly routes: readonly Route[]
}

/** Values of the class's ConfigMap, already typed; absent means Fairway's default, which is that of ingress-nginx. */
export interface ProxySettings {
  readonly workerProcesses?: number | 'auto'
  readonly workerConnections?: number
  readonly keepaliveTimeoutSeconds?: number
  readonly clientBodyBufferBytes?: number
  /** 0 is no limit. */
  readonly clientMaxBodyBytes?: number
  readonly gzip?: { readonly level: number; readonly types: readonly string[] }
  readonly hsts?:
    | { readonly maxAgeSeconds: number; readonly includeSubdomains: boolean; readonly preload: boolean }
    | false
}

/** What a controller writes to `status.parents[]` of an HTTPRoute. */
export interface RouteParentStatus {
  /** `namespace/name` of the HTTPRoute. */
  readonly route: string
  /** Index into `spec.parentRefs`. */
  readonly parent: number
  readonly accepted: RouteCondition
  readonly resolvedRefs: RouteCondition
}

export interface RouteCondition {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

/** A Gateway of this class, with what its status says. */
export interface GatewayReport {
  /** `namespace/name`. */
  readonly gateway: string
  readonly listeners: readonly {
    readonly name: string
    readonly attachedRoutes: number
    readonly accepted: RouteCondition
    readonly resolvedRefs: RouteCondition
  }[]
}

export interface RoutingTable {
  readonly className: string
  /** Sorted by host. */
  readonly hosts: readonly HostRoutes[]
  /** Every upstream that a route names, sorted by id. */
  readonly upstreams: readonly Upstream[]
  readonly settings: ProxySettings
  /** Keys of the Ingresses that this class owns, whose status shows the class's address. */
  readonly ingresses: readonly string[]
  readonly gateways: readonly GatewayReport[]
  readonly routeParents: readonly RouteParentStatus[]
  readonly diagnostics: readonly Diagnostic[]
}
