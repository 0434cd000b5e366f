// Which listeners an HTTPRoute is served on, under which host names, and what its status says about each parent.
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import type { HTTPRoute } from '../../../objects/kinds/http-route.ts'
import { describeObject, keyOf } from '../../../objects/object.ts'
import { matchesLabels } from '../../../objects/selector.ts'
import type { RouteCondition, RouteParentStatus } from '../../routing.ts'
import { creationOf, type HostClaim, type RouteClaim } from '../claim.ts'
import { hostCovers } from '../host.ts'
import { accepted, type Listener, type ReadGateway } from './read-listeners.ts'
import { readRules } from './read-rules.ts'

export interface AttachPlace {
  /** By `namespace/name`. */
  readonly gateways: ReadonlyMap<string, ReadGateway>
  readonly namespaceLabels: (name: string) => Readonly<Record<string, string>> | undefined
}

export interface AttachedRoute {
  readonly hosts: readonly HostClaim[]
  readonly routes: readonly RouteClaim[]
  readonly parents: readonly RouteParentStatus[]
  /** `<gateway key>/<listener name>` of each listener that serves it. */
  readonly listeners: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}

type ParentRef = NonNullable<NonNullable<HTTPRoute['spec']>['parentRefs']>[number]

/** A host name and the protocols under which a listener offers it. */
interface Offer {
  readonly host: string
  readonly schemes: Set<'http' | 'https'>
  readonly claims: HostClaim[]
}

export function attachRoute(route: HTTPRoute, place: AttachPlace): AttachedRoute {
  const offers = new Map<string, Offer>()
  const listeners = new Set<string>()
  const parents: { readonly parent: number; readonly condition: RouteCondition }[] = []
  for (const [parent, ref] of (route.spec?.parentRefs ?? []).entries()) {
    const found = findGateway(route, { ref, place })
    if (found === undefined) continue
    parents.push({ parent, condition: attachTo(route, { ref, found, place, offers, listeners }) })
  }
  if (parents.length === 0) return { hosts: [], routes: [], parents: [], listeners: [], diagnostics: [] }

  const rules = readRules(route)
  const object = describeObject(route)
  const diagnostics: Diagnostic[] = [...rules.diagnostics]
  for (const { parent, condition } of parents) {
    if (condition.status === 'True') continue
    diagnostics.push({
      code: 'FW431',
      severity: 'error',
      object,
      field: `spec.parentRefs[${parent}]`,
      message: `${object}: spec.parentRefs[${parent}] does not take the route: ${condition.message}`,
      why: 'The route is not served there.',
      fix: 'name a listener of the Gateway that takes routes from this namespace and for these host names',
    })
  }
  return {
    hosts: [...offers.values()].flatMap(offer => offer.claims),
    routes: [...offers.values()].flatMap(({ host, schemes }) => {
      const [only, other] = [...schemes]
      const scheme = other === undefined && only !== undefined ? { scheme: only } : {}
      return rules.rules.map(
        (rule, order): RouteClaim => ({
          host,
          match: { ...rule.match, ...scheme },
          action: rule.action,
          source: rule.source,
          createdAt: creationOf(route),
          order,
          fallback: false,
        }),
      )
    }),
    parents: parents.map(({ parent, condition }) => ({
      route: keyOf(route),
      parent,
      accepted: condition.status === 'True' ? rules.accepted : condition,
      resolvedRefs: rules.resolvedRefs,
    })),
    listeners: [...listeners],
    diagnostics,
  }
}

interface RefPlace {
  readonly ref: ParentRef
  readonly place: AttachPlace
}

/** Undefined when the parent is no Gateway of this class; a Service as parent belongs to a mesh. */
function findGateway(route: HTTPRoute, { ref, place }: RefPlace): ReadGateway | undefined {
  if (
    (ref.group ?? 'gateway.networking.k8s.io') !== 'gateway.networking.k8s.io' ||
    (ref.kind ?? 'Gateway') !== 'Gateway'
  )
    return undefined
  return place.gateways.get(`${ref.namespace ?? route.metadata.namespace ?? 'default'}/${ref.name}`)
}

interface AttachTarget extends RefPlace {
  readonly found: ReadGateway
  readonly offers: Map<string, Offer>
  readonly listeners: Set<string>
}

function attachTo(route: HTTPRoute, { ref, found, place, offers, listeners }: AttachTarget): RouteCondition {
  const refuse = (reason: string, message: string): RouteCondition => ({ status: 'False', reason, message })
  const gateway = keyOf(found.gateway)
  const named = found.listeners.filter(
    listener => (ref.sectionName ?? listener.name) === listener.name && (ref.port ?? listener.port) === listener.port,
  )
  if (named.length === 0)
    return refuse('NoMatchingParent', `Gateway ${gateway} has no listener ${ref.sectionName ?? ref.port ?? ''}`)
  const served = named.filter(listener => listener.accepted.status === 'True')
  if (served.length === 0) return refuse('NoMatchingParent', `Gateway ${gateway} has no listener that is accepted`)
  const allowing = served.filter(listener => allows(listener, { route, gateway: found, place }))
  if (allowing.length === 0) {
    return refuse(
      'NotAllowedByListeners',
      `no listener of Gateway ${gateway} allows routes from namespace ${route.metadata.namespace ?? 'default'}`,
    )
  }
  let matched = false
  for (const listener of allowing) {
    const hosts = intersect(listener.hostname, route.spec?.hostnames ?? [])
    if (hosts.length === 0) continue
    matched = true
    listeners.add(`${gateway}/${listener.name}`)
    for (const host of hosts) offer(offers, { host, listener, found })
  }
  return matched
    ? accepted
    : refuse('NoMatchingListenerHostname', `no listener of Gateway ${gateway} serves one of the route's hostnames`)
}

function offer(
  offers: Map<string, Offer>,
  { host, listener, found }: { readonly host: string; readonly listener: Listener; readonly found: ReadGateway },
): void {
  const known = offers.get(host) ?? { host, schemes: new Set(), claims: [] }
  known.schemes.add(listener.scheme)
  known.claims.push({
    host,
    secrets: listener.secrets,
    redirectToHttps: false,
    redirectKeepsSlash: false,
    object: describeObject(found.gateway),
    createdAt: found.createdAt,
  })
  offers.set(host, known)
}

interface AllowPlace {
  readonly route: HTTPRoute
  readonly gateway: ReadGateway
  readonly place: AttachPlace
}

function allows(listener: Listener, { route, gateway, place }: AllowPlace): boolean {
  const kinds = listener.allowed.kinds ?? []
  if (kinds.length > 0 && !kinds.some(item => item.kind === 'HTTPRoute')) return false
  const namespace = route.metadata.namespace ?? 'default'
  switch (listener.allowed.namespaces?.from ?? 'Same') {
    case 'All':
      return true
    case 'Selector': {
      const labels = place.namespaceLabels(namespace)
      return labels !== undefined && matchesLabels(listener.allowed.namespaces?.selector, labels)
    }
    case 'Same':
      return namespace === (gateway.gateway.metadata.namespace ?? 'default')
    default:
      return false
  }
}

/** The narrower of each pair that overlaps. A wildcard of the Gateway API stands for one or more labels, hence the two stars. */
function intersect(listener: string | undefined, route: readonly string[]): string[] {
  const wide = (name: string): string => (name.startsWith('*.') ? `*${name}` : name).toLowerCase()
  if (listener === undefined) return route.length === 0 ? ['*'] : route.map(wide)
  const own = wide(listener)
  if (route.length === 0) return [own]
  return route.map(wide).flatMap(name => (hostCovers(own, name) ? [name] : hostCovers(name, own) ? [own] : []))
}
