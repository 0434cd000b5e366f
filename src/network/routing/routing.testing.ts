// Objects and inputs for tests of routing tables, as short as a test wants to write them.
import { address } from '../../net/address.ts'
import type { Gateway } from '../../objects/kinds/gateway.ts'
import type { HTTPRoute } from '../../objects/kinds/http-route.ts'
import type { Ingress } from '../../objects/kinds/ingress.ts'
import type { IngressClass } from '../../objects/kinds/ingress-class.ts'
import type { ServiceModel } from '../model.ts'
import type { Action, RoutingTable } from '../routing.ts'
import { buildRoutingTable, type RoutingInput } from './build-table.ts'

export function ingressClass(
  name: string,
  options: { readonly controller?: string; readonly isDefault?: boolean } = {},
): IngressClass {
  const annotations = options.isDefault === true ? { 'ingressclass.kubernetes.io/is-default-class': 'true' } : {}
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name, annotations },
    spec: { controller: options.controller ?? `k8s.io/${name}` },
  }
}

export interface IngressOptions {
  readonly className?: string | undefined
  readonly namespace?: string
  readonly createdAt?: string
  readonly annotations?: Readonly<Record<string, string>>
}

export function ingress(name: string, spec: NonNullable<Ingress['spec']>, options: IngressOptions = {}): Ingress {
  const className = 'className' in options ? options.className : 'external'
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: options.namespace ?? 'shop',
      creationTimestamp: options.createdAt ?? '2025-01-01T00:00:00Z',
      ...(options.annotations !== undefined && { annotations: options.annotations }),
    },
    spec: { ...(className !== undefined && { ingressClassName: className }), ...spec },
  }
}

/** `path` to port 80 of Service `service`; Prefix unless said otherwise. */
export function path(
  path: string,
  service: string,
  pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific' = 'Prefix',
) {
  return { path, pathType, backend: { service: { name: service, port: { number: 80 } } } }
}

export function rule(host: string, ...paths: readonly ReturnType<typeof path>[]) {
  return { host, http: { paths: [...paths] } }
}

export interface ServiceOptions {
  readonly endpoints?: readonly { readonly at: string; readonly ready?: boolean; readonly terminating?: boolean }[]
  readonly externalName?: string
}

/** `shop/<name>`: port 80 named http, one ready endpoint 10.244.0.10:8080 unless said otherwise. */
export function service(name: string, options: ServiceOptions = {}): ServiceModel {
  const endpoints = (options.endpoints ?? [{ at: '10.244.0.10' }]).map(({ at, ready = true, terminating = false }) => ({
    address: address(at),
    port: 8080,
    ready: ready && !terminating,
    serving: ready,
    terminating,
  }))
  return {
    key: `shop/${name}`,
    namespace: 'shop',
    name,
    labels: {},
    createdMs: 0,
    type: options.externalName === undefined ? 'ClusterIP' : 'ExternalName',
    headless: false,
    clusterIPs: [],
    families: [4],
    loadBalancerIPs: [],
    externalIPs: [],
    ...(options.externalName !== undefined && { externalName: options.externalName }),
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    publishNotReadyAddresses: false,
    ports: options.externalName === undefined ? [{ name: 'http', protocol: 'TCP', port: 80, endpoints }] : [],
    endpoints: [],
    frontends: [],
  }
}

export function gateway(
  name: string,
  listeners: readonly NonNullable<Gateway['spec']>['listeners'][number][],
): Gateway {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace: 'shop' },
    spec: { gatewayClassName: 'external', listeners },
  }
}

export function httpRoute(name: string, spec: Partial<NonNullable<HTTPRoute['spec']>>): HTTPRoute {
  return {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name, namespace: 'shop' },
    spec: { parentRefs: [{ name: 'gateway' }], ...spec },
  }
}

export function table(
  input: Partial<Omit<RoutingInput, 'service'>> & { readonly services?: readonly ServiceModel[] },
): RoutingTable {
  const services = new Map((input.services ?? [service('web'), service('api')]).map(item => [item.key, item]))
  return buildRoutingTable({
    className: 'external',
    controller: 'k8s.io/external',
    ingressClasses: [ingressClass('external')],
    ingresses: [],
    gateways: [],
    httpRoutes: [],
    namespaceLabels: () => ({}),
    certificate: () => ({ kind: 'missing' }),
    ...input,
    service: key => services.get(key),
  })
}

/** Every route as `host kind path → what`, in order of precedence. */
export function routesOf(of: RoutingTable): string[] {
  return of.hosts.flatMap(({ host, routes }) =>
    routes.map(({ match, action }) => {
      const { path } = match
      return `${host} ${path.kind} ${path.kind === 'regex' ? path.pattern : path.path} → ${describeAction(action)}`
    }),
  )
}

function describeAction(action: Action): string {
  switch (action.kind) {
    case 'forward':
      return action.backends
        .map(backend => ('upstream' in backend ? backend.upstream : String(backend.respond)))
        .join('+')
    case 'redirect':
      return `redirect ${action.status}`
    case 'respond':
      return String(action.status)
  }
}

export function codesOf(of: RoutingTable): string[] {
  return of.diagnostics.map(({ code }) => code)
}
