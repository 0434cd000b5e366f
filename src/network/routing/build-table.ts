// What the proxy of one ingress class must do: every Ingress and HTTPRoute of the class in one routing table.
import { compareDiagnostics, type Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { ConfigMap } from '../../objects/kinds/config-map.ts'
import type { Gateway } from '../../objects/kinds/gateway.ts'
import type { HTTPRoute } from '../../objects/kinds/http-route.ts'
import type { Ingress } from '../../objects/kinds/ingress.ts'
import type { IngressClass } from '../../objects/kinds/ingress-class.ts'
import { keyOf } from '../../objects/object.ts'
import type { ServiceModel } from '../model.ts'
import type { Backend, HostRoutes, Route, RouteParentStatus, RoutingTable, Upstream } from '../routing.ts'
import { chooseCertificate, type FindCertificate } from './certificate.ts'
import type { HostClaim, RouteClaim } from './claim.ts'
import { readGateways } from './gateway/read-gateways.ts'
import { hostCovers } from './host.ts'
import { compareClaims, compareText } from './precedence.ts'
import { readIngress } from './read-ingress.ts'
import { resolveBackend } from './resolve-backend.ts'
import { classNameOf, controllerServes } from './select-class.ts'
import { readSettings } from './settings.ts'

export interface RoutingInput {
  readonly className: string
  /** As IngressClasses name it: `k8s.io/external`. */
  readonly controller: string
  readonly ingressClasses: readonly IngressClass[]
  readonly ingresses: Iterable<Ingress>
  readonly gateways: Iterable<Gateway>
  readonly httpRoutes: Iterable<HTTPRoute>
  readonly namespaceLabels: (name: string) => Readonly<Record<string, string>> | undefined
  /** By `namespace/name`. */
  readonly service: (key: string) => ServiceModel | undefined
  readonly certificate: FindCertificate
  /** The class's tuning. */
  readonly configMap?: ConfigMap
}

/** Pure. Objects already read are remembered by identity, so a change costs its own object and one merge. */
export function buildRoutingTable(input: RoutingInput): RoutingTable {
  const { settings, diagnostics: aboutSettings } = readSettings(input.configMap)
  const diagnostics: Diagnostic[] = [...aboutSettings]
  const hostClaims: HostClaim[] = []
  const routeClaims: RouteClaim[] = []
  const owned: string[] = []
  if (controllerServes(input.ingressClasses, input)) {
    for (const ingress of input.ingresses) {
      if (
        ingress.metadata.deletionTimestamp !== undefined ||
        classNameOf(ingress, input.ingressClasses) !== input.className
      )
        continue
      owned.push(keyOf(ingress))
      const claims = readIngress(ingress)
      hostClaims.push(...claims.hosts)
      routeClaims.push(...claims.routes)
      diagnostics.push(...claims.diagnostics)
    }
  }
  const fromGateways = readGateways(input)
  hostClaims.push(...fromGateways.hosts)
  routeClaims.push(...fromGateways.routes)
  diagnostics.push(...fromGateways.diagnostics)

  const upstreams = new Map<string, Upstream>()
  const hosts = buildHosts({ hostClaims, routeClaims, input, upstreams, diagnostics })
  return {
    className: input.className,
    hosts,
    upstreams: [...upstreams.values()].sort((a, b) => compareText(a.id, b.id)),
    settings,
    ingresses: owned.sort(),
    gateways: fromGateways.gateways,
    routeParents: fromGateways.routeParents.map(parent => withMissingBackends(parent, diagnostics)),
    diagnostics: distinct(diagnostics),
  }
}

/** Which Services exist is known only now: the first that is missing is the condition. */
function withMissingBackends(parent: RouteParentStatus, diagnostics: readonly Diagnostic[]): RouteParentStatus {
  if (parent.resolvedRefs.status === 'False') return parent
  const missing = diagnostics.find(
    ({ code, object }) => (code === 'FW402' || code === 'FW403') && object === `HTTPRoute/${parent.route}`,
  )
  if (missing === undefined) return parent
  return { ...parent, resolvedRefs: { status: 'False', reason: 'BackendNotFound', message: missing.message } }
}

interface HostsInput {
  readonly hostClaims: readonly HostClaim[]
  readonly routeClaims: readonly RouteClaim[]
  readonly input: RoutingInput
  readonly upstreams: Map<string, Upstream>
  readonly diagnostics: Diagnostic[]
}

function buildHosts({ hostClaims, routeClaims, input, upstreams, diagnostics }: HostsInput): HostRoutes[] {
  const claimsOfHost = Map.groupBy(hostClaims, claim => claim.host)
  const routesOfHost = Map.groupBy(routeClaims, claim => claim.host)
  const names = [...new Set([...claimsOfHost.keys(), ...routesOfHost.keys()])].sort(compareText)
  return names.map(host => {
    const claims = (claimsOfHost.get(host) ?? []).toSorted(
      (a, b) => a.createdAt - b.createdAt || compareText(a.object, b.object),
    )
    // An HTTPRoute for `**.example.org` also asks for what an Ingress's `*.example.org` would otherwise take alone.
    const deeper = host.startsWith('*.') ? (routesOfHost.get(`*${host}`) ?? []) : []
    const routes = withoutDuplicates([...(routesOfHost.get(host) ?? []), ...deeper].sort(compareClaims), diagnostics)
    return {
      host,
      tls: chooseCertificate(host, { claims, find: input.certificate, diagnostics }),
      redirectToHttps: claims.some(claim => claim.redirectToHttps),
      redirectKeepsSlash: claims.some(claim => claim.redirectKeepsSlash),
      routes: routes.map(claim => settleRoute(claim, { input, upstreams, diagnostics })),
    }
  })
}

/** Equal claims: the first in order of precedence serves, the others are reported with both sources. */
function withoutDuplicates(sorted: readonly RouteClaim[], diagnostics: Diagnostic[]): RouteClaim[] {
  const kept = new Map<string, RouteClaim>()
  for (const claim of sorted) {
    const key = JSON.stringify(claim.match)
    const winner = kept.get(key)
    if (winner === undefined) kept.set(key, claim)
    else if (!claim.fallback && !saysTheSame(winner, claim)) diagnostics.push(duplicate(winner, claim))
  }
  return [...kept.values()]
}

function saysTheSame(a: RouteClaim, b: RouteClaim): boolean {
  return sourceName(a) === sourceName(b) && actionText(a) === actionText(b)
}

/** Where a backend is written is no part of what it does. */
function actionText({ action }: RouteClaim): string {
  return JSON.stringify(action, (key, value: unknown) => (key === 'field' ? undefined : value))
}

function duplicate(winner: RouteClaim, loser: RouteClaim): Diagnostic {
  const { path } = winner.match
  return {
    code: 'FW401',
    severity: 'warning',
    object: sourceName(loser),
    field: loser.source.field,
    message:
      `${sourceName(loser)}: ${loser.source.field} asks for ${winner.host === '*' ? 'every host' : winner.host} ${path.kind} ` +
      `${path.kind === 'regex' ? path.pattern : path.path}, which ${sourceName(winner)} ${winner.source.field} already has`,
    why: 'The older object serves the path; of two of one age the one whose namespace/name sorts first.',
    fix: 'remove one of the two, or change its host or path',
  }
}

function sourceName(claim: RouteClaim): string {
  return `${claim.source.kind}/${claim.source.namespace}/${claim.source.name}`
}

interface RoutePlace {
  readonly input: RoutingInput
  readonly upstreams: Map<string, Upstream>
  readonly diagnostics: Diagnostic[]
}

function settleRoute(claim: RouteClaim, { input, upstreams, diagnostics }: RoutePlace): Route {
  const { match, source, action } = claim
  if (action.kind !== 'claim') return { match, source, action }
  const backends = action.backends.map((backend): Backend => {
    if ('respond' in backend) return backend
    const resolved = resolveBackend(backend.ref, { service: input.service, source, diagnostics })
    if ('missing' in resolved) return { respond: action.missing, weight: backend.weight }
    upstreams.set(resolved.upstream.id, resolved.upstream)
    return { upstream: resolved.upstream.id, weight: backend.weight }
  })
  const { requestHeaders, responseHeaders, rewrite } = action
  const only = backends.length === 1 ? backends[0] : undefined
  if (only !== undefined && 'respond' in only)
    return { match, source, action: { kind: 'respond', status: only.respond } }
  return {
    match,
    source,
    action: { kind: 'forward', backends, requestHeaders, responseHeaders, ...(rewrite !== undefined && { rewrite }) },
  }
}

/** Sorted, and each only once: a Service that several paths name is reported per place, a Secret per host. */
function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const byText = new Map(diagnostics.map(item => [`${item.code} ${item.message} ${item.why ?? ''}`, item]))
  return [...byText.values()].sort(compareDiagnostics)
}

/** The entry that decides for a request's host name: exact, then the wildcard with the longest suffix, then `*`. */
export function findHost(table: RoutingTable, name: string): HostRoutes | undefined {
  const covering = table.hosts.filter(entry => entry.host === '*' || hostCovers(entry.host, name))
  const weight = ({ host }: HostRoutes): number =>
    host === name ? 1e6 : host === '*' ? 0 : host.length - (host.startsWith('**') ? 1 : 0) * 1.5
  return covering.reduce<HostRoutes | undefined>(
    (best, entry) => (best === undefined || weight(entry) > weight(best) ? entry : best),
    undefined,
  )
}
