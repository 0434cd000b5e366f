// The shape of a routing table: what an ingress proxy of one class must do with a request, whichever kind asked for it.
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Address } from '../net/address.ts'

/** `exact` matches the whole path; `prefix` matches element-wise (`/foo` takes `/foo` and `/foo/bar`, not `/foobar`). */
export type PathMatch = { readonly kind: 'exact' | 'prefix'; readonly path: string } | { readonly kind: 'regex'; readonly pattern: string }

export interface RequestMatch {
  readonly path: PathMatch
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

/** A Service port as a set of endpoints; `id` is stable and safe in any syntax: [a-z0-9_]. */
export interface Upstream {
  readonly id: string
  readonly namespace: string
  readonly service: string
  readonly port: string
  readonly protocol: 'http' | 'https' | 'grpc' | 'grpcs'
  readonly endpoints: readonly UpstreamEndpoint[]
}

export type HeaderChange =
  | { readonly kind: 'set' | 'add'; readonly name: string; readonly value: string }
  | { readonly kind: 'remove'; readonly name: string }

export type Action =
  | {
      readonly kind: 'forward'
      /** Upstream ids with weights; weight 0 gets nothing. A missing or empty upstream answers 503. */
      readonly backends: readonly { readonly upstream: string; readonly weight: number }[]
      readonly requestHeaders: readonly HeaderChange[]
      readonly responseHeaders: readonly HeaderChange[]
      readonly rewrite?: { readonly hostname?: string; readonly path?: { readonly kind: 'full' | 'prefix'; readonly value: string } }
    }
  | {
      readonly kind: 'redirect'
      readonly status: number
      readonly scheme?: string
      readonly hostname?: string
      readonly port?: number
      readonly path?: { readonly kind: 'full' | 'prefix'; readonly value: string }
    }
  | { readonly kind: 'respond'; readonly status: number }

export interface Route {
  readonly match: RequestMatch
  readonly action: Action
  readonly source: RouteSource
}

export type HostTls =
  | { readonly kind: 'none' }
  /** A Secret of type kubernetes.io/tls that holds a valid pair covering the host. */
  | { readonly kind: 'secret'; readonly namespace: string; readonly name: string }
  /** Signed by the lab's CA (on one machine) or the controller's default certificate. */
  | { readonly kind: 'default' }

export interface HostRoutes {
  /** Lower case, no final dot; `*.example.org` for a wildcard of exactly one label; `*` for every other host. */
  readonly host: string
  readonly tls: HostTls
  /** Plain HTTP is answered with 308 to https. */
  readonly redirectToHttps: boolean
  /** In order of precedence: the first that matches decides. */
  readonly routes: readonly Route[]
}

/** Values of the class's ConfigMap, already typed; absent means the default of ingress-nginx. */
export interface ProxySettings {
  readonly workerProcesses?: number | 'auto'
  readonly workerConnections?: number
  readonly keepaliveTimeoutSeconds?: number
  readonly clientBodyBufferBytes?: number
  readonly clientMaxBodyBytes?: number
  readonly gzip?: { readonly level: number; readonly types: readonly string[] }
}

export interface RoutingTable {
  readonly className: string
  readonly hosts: readonly HostRoutes[]
  readonly upstreams: readonly Upstream[]
  readonly settings: ProxySettings
  readonly diagnostics: readonly Diagnostic[]
}
