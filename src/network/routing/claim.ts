// What one object asks of a proxy, before it is known whether it gets it: hosts, paths and backends, each with its place.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Action, HeaderChange, PathChange, RequestMatch, RouteSource } from '../routing.ts'

/** A Service port as an object names it. */
export interface BackendRef {
  readonly namespace: string
  readonly name: string
  readonly port: string | number
  /** Where the object says so, for diagnostics: the field that holds name and port. */
  readonly field: string
}

/** A forward whose backends are still names; `invalid` is the answer for a backend that cannot exist. */
export interface ForwardClaim {
  readonly kind: 'claim'
  readonly backends: readonly (
    | { readonly ref: BackendRef; readonly weight: number }
    | { readonly respond: number; readonly weight: number }
  )[]
  /** What a missing Service answers: 503 for an Ingress, 500 for an HTTPRoute. */
  readonly missing: number
  readonly requestHeaders: readonly HeaderChange[]
  readonly responseHeaders: readonly HeaderChange[]
  readonly rewrite?: { readonly hostname?: string; readonly path?: PathChange }
}

export interface RouteClaim {
  readonly host: string
  readonly match: RequestMatch
  readonly action: ForwardClaim | Exclude<Action, { readonly kind: 'forward' }>
  readonly source: RouteSource
  /** ms since the epoch; of two equal claims the older wins, then the one whose `namespace/name` sorts first, then the earlier. */
  readonly createdAt: number
  readonly order: number
  /** An Ingress's default backend: serves what no rule of any Ingress takes. */
  readonly fallback: boolean
}

/** What an object says about a host apart from its paths. */
export interface HostClaim {
  readonly host: string
  /** Secrets that may hold the certificate, in order of preference; each with the field that names it. */
  readonly secrets: readonly { readonly namespace: string; readonly name: string; readonly field: string }[]
  readonly redirectToHttps: boolean
  readonly redirectKeepsSlash: boolean
  readonly object: string
  readonly createdAt: number
}

export interface Claims {
  readonly hosts: readonly HostClaim[]
  readonly routes: readonly RouteClaim[]
  readonly diagnostics: readonly Diagnostic[]
}

/** ms since the epoch; an object without a timestamp (a file) counts as the youngest. */
export function creationOf(object: KubeObject): number {
  const parsed = Date.parse(object.metadata.creationTimestamp ?? '')
  return Number.isNaN(parsed) ? Number.MAX_SAFE_INTEGER : parsed
}
