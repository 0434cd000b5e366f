// What the status of an Ingress, a Gateway or an HTTPRoute must say.
import type { RouteCondition } from '../../network/routing.ts'
import type { Gateway } from '../../objects/kinds/gateway.ts'
import type { HTTPRoute } from '../../objects/kinds/http-route.ts'
import type { Ingress } from '../../objects/kinds/ingress.ts'
import { keyOf } from '../../objects/object.ts'
import type { ServedClass } from './ingress-tables.ts'

/** As in a Service's status.loadBalancer.ingress. */
export interface PublishedAddress {
  readonly ip?: string
  readonly hostname?: string
}

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
  readonly lastTransitionTime: string
  readonly observedGeneration?: number
}

export function ingressStatus(ingress: Ingress, addresses: readonly PublishedAddress[]): object {
  const published = addresses.map(({ ip, hostname }) => ({
    ...(ip !== undefined && { ip }),
    ...(hostname !== undefined && { hostname }),
  }))
  return { ...ingress.status, loadBalancer: published.length === 0 ? {} : { ingress: published } }
}

/** The name under which statuses of this class are written; others' entries are left alone. */
export function controllerName(className: string): string {
  return `fairway.dev/${className}`
}

interface GatewayPlace {
  readonly owner: ServedClass
  readonly addresses: readonly PublishedAddress[]
  readonly now: string
}

export function gatewayStatus(gateway: Gateway, { owner, addresses, now }: GatewayPlace): object {
  const report = owner.table.gateways.find(item => item.gateway === keyOf(gateway))
  const isAccepted = report?.listeners.some(listener => listener.accepted.status === 'True') ?? false
  const accepted: RouteCondition = isAccepted
    ? { status: 'True', reason: 'Accepted', message: 'The Gateway is served by this class' }
    : { status: 'False', reason: 'ListenersNotValid', message: 'No listener of the Gateway can be served' }
  const programmed: RouteCondition =
    isAccepted && addresses.length > 0
      ? { status: 'True', reason: 'Programmed', message: 'The proxies of the class serve it' }
      : {
          status: 'False',
          reason: isAccepted ? 'AddressNotAssigned' : 'Invalid',
          message: 'The class has no address yet',
        }
  const at = { held: gateway.status?.conditions, generation: gateway.metadata.generation, now }
  return {
    ...gateway.status,
    addresses: addresses.map(({ ip, hostname }) =>
      ip === undefined ? { type: 'Hostname', value: hostname } : { type: 'IPAddress', value: ip },
    ),
    conditions: [condition('Accepted', accepted, at), condition('Programmed', programmed, at)],
    listeners: (report?.listeners ?? []).map(listener => {
      const held = gateway.status?.listeners?.find(item => item.name === listener.name)?.conditions
      const own = { ...at, held }
      const isProgrammed = listener.accepted.status === 'True' && programmed.status === 'True'
      return {
        name: listener.name,
        attachedRoutes: listener.attachedRoutes,
        supportedKinds: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }],
        conditions: [
          condition('Accepted', listener.accepted, own),
          condition('ResolvedRefs', listener.resolvedRefs, own),
          condition(
            'Programmed',
            isProgrammed ? programmed : { ...programmed, status: 'False', reason: 'Invalid' },
            own,
          ),
        ],
      }
    }),
  }
}

interface RoutePlace {
  readonly served: readonly ServedClass[]
  readonly now: string
}

export function routeStatus(route: HTTPRoute, { served, now }: RoutePlace): object {
  const held = route.status?.parents ?? []
  const names = new Set<string>(served.map(({ identity }) => controllerName(identity.className)))
  const own = served.flatMap(({ identity, table }) =>
    table.routeParents
      .filter(item => item.route === keyOf(route))
      .map(item => {
        const parentRef = route.spec?.parentRefs?.[item.parent]
        const name = controllerName(identity.className)
        const before = held.find(
          entry => entry.controllerName === name && JSON.stringify(entry.parentRef) === JSON.stringify(parentRef),
        )
        const at = { held: before?.conditions, generation: route.metadata.generation, now }
        return {
          parentRef,
          controllerName: name,
          conditions: [condition('Accepted', item.accepted, at), condition('ResolvedRefs', item.resolvedRefs, at)],
        }
      }),
  )
  return { ...route.status, parents: [...held.filter(entry => !names.has(entry.controllerName)), ...own] }
}

interface ConditionPlace {
  readonly held:
    | readonly { readonly type: string; readonly status: string; readonly lastTransitionTime: string }[]
    | undefined
  readonly generation: number | undefined
  readonly now: string
}

/** The time moves only when the status does, so that an unchanged condition is no write. */
function condition(
  type: string,
  { status, reason, message }: RouteCondition,
  { held, generation, now }: ConditionPlace,
): Condition {
  const before = held?.find(item => item.type === type)
  return {
    type,
    status,
    reason,
    message,
    lastTransitionTime: before !== undefined && before.status === status ? before.lastTransitionTime : now,
    ...(generation !== undefined && { observedGeneration: generation }),
  }
}
