// What the Gateways of a class and the HTTPRoutes on them ask of a proxy, and what their status must say.
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import type { Gateway } from '../../../objects/kinds/gateway.ts'
import type { HTTPRoute } from '../../../objects/kinds/http-route.ts'
import { keyOf } from '../../../objects/object.ts'
import type { GatewayReport, RouteParentStatus } from '../../routing.ts'
import type { HostClaim, RouteClaim } from '../claim.ts'
import { compareText } from '../precedence.ts'
import { attachRoute } from './attach-route.ts'
import { readListeners } from './read-listeners.ts'

export interface GatewaysInput {
  readonly className: string
  readonly gateways: Iterable<Gateway>
  readonly httpRoutes: Iterable<HTTPRoute>
  readonly namespaceLabels: (name: string) => Readonly<Record<string, string>> | undefined
}

export interface GatewayClaims {
  readonly hosts: readonly HostClaim[]
  readonly routes: readonly RouteClaim[]
  readonly gateways: readonly GatewayReport[]
  readonly routeParents: readonly RouteParentStatus[]
  readonly diagnostics: readonly Diagnostic[]
}

export function readGateways(input: GatewaysInput): GatewayClaims {
  const ours = [...input.gateways]
    .filter(
      gateway => gateway.spec?.gatewayClassName === input.className && gateway.metadata.deletionTimestamp === undefined,
    )
    .sort((a, b) => compareText(keyOf(a), keyOf(b)))
  const hosts: HostClaim[] = []
  const routes: RouteClaim[] = []
  const routeParents: RouteParentStatus[] = []
  const diagnostics: Diagnostic[] = []
  if (ours.length === 0) return { hosts, routes, gateways: [], routeParents, diagnostics }

  const gateways = new Map(ours.map(gateway => [keyOf(gateway), readListeners(gateway)]))
  for (const { diagnostics: found } of gateways.values()) diagnostics.push(...found)
  const attached = new Map<string, number>()
  for (const route of [...input.httpRoutes].sort((a, b) => compareText(keyOf(a), keyOf(b)))) {
    if (route.metadata.deletionTimestamp !== undefined) continue
    const result = attachRoute(route, { gateways, namespaceLabels: input.namespaceLabels })
    hosts.push(...result.hosts)
    routes.push(...result.routes)
    routeParents.push(...result.parents)
    diagnostics.push(...result.diagnostics)
    for (const listener of result.listeners) attached.set(listener, (attached.get(listener) ?? 0) + 1)
  }
  return {
    hosts,
    routes,
    routeParents,
    diagnostics,
    gateways: [...gateways].map(([key, { listeners }]) => ({
      gateway: key,
      listeners: listeners.map(({ name, accepted, resolvedRefs }) => ({
        name,
        accepted,
        resolvedRefs,
        attachedRoutes: attached.get(`${key}/${name}`) ?? 0,
      })),
    })),
  }
}
