// Keeps the routing table of each ingress class current, and hands it to the proxies of the class.
import type { ProxyInput } from '../../dataplane/nginx/instance.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { ServiceModel } from '../../network/model.ts'
import { buildRoutingTable } from '../../network/routing/build-table.ts'
import type { RoutingTable } from '../../network/routing.ts'
import { type ConfigMap, configMaps } from '../../objects/kinds/config-map.ts'
import { type Gateway, gateways } from '../../objects/kinds/gateway.ts'
import { type HTTPRoute, httpRoutes } from '../../objects/kinds/http-route.ts'
import { type Ingress, ingresses } from '../../objects/kinds/ingress.ts'
import { type IngressClass, ingressClasses } from '../../objects/kinds/ingress-class.ts'
import { type Namespace, namespaces } from '../../objects/kinds/namespace.ts'
import { type Secret, secrets } from '../../objects/kinds/secret.ts'
import type { KeyPair } from '../../pki/authority.ts'
import type { ControllerOptions, Informers } from '../framework/context.ts'
import type { NetworkSource } from '../network/start-network.ts'
import { readCertificate } from './read-certificate.ts'

/** Who a proxy is, as the arguments of its container say. */
export interface ProxyIdentity {
  readonly className: string
  /** As IngressClasses name it: `k8s.io/external`. */
  readonly controller: string
  /** `namespace/name` of the ConfigMap that tunes it. */
  readonly configMap?: string
  /** `namespace/name` of the Service whose address goes into the status of Ingresses. */
  readonly publishService?: string
}

export interface Subscription {
  /** What this proxy had to leave out; becomes Events on the objects. */
  report(diagnostics: readonly Diagnostic[]): void
  close(): void
}

/** What is known of a class that some proxy serves. */
export interface ServedClass {
  readonly identity: ProxyIdentity
  readonly table: RoutingTable
  /** Of the table, and of all its proxies. */
  readonly diagnostics: readonly Diagnostic[]
}

export interface IngressTables {
  readonly synced: Promise<void>
  readonly isSynced: boolean
  /** Called as soon as the table is known, and whenever it, a certificate or an endpoint has changed. */
  subscribe(identity: ProxyIdentity, callback: (input: ProxyInput) => void): Subscription
  /** By class name; only classes with a proxy. */
  served(): ReadonlyMap<string, ServedClass>
  /** Called after `served` has changed. */
  onChange(callback: () => void): () => void
}

export interface IngressTablesOptions extends ControllerOptions {
  readonly informers: Informers
  readonly network: NetworkSource
}

interface Proxy {
  readonly callback: (input: ProxyInput) => void
  diagnostics: readonly Diagnostic[]
}

interface ClassState {
  readonly identity: ProxyIdentity
  readonly proxies: Set<Proxy>
  input?: ProxyInput
}

export function startIngressTables(options: IngressTablesOptions): IngressTables {
  const { informers, network, signal } = options
  const sources = {
    ingresses: informers.of<Ingress>(ingresses),
    classes: informers.of<IngressClass>(ingressClasses),
    gateways: informers.of<Gateway>(gateways),
    httpRoutes: informers.of<HTTPRoute>(httpRoutes),
    secrets: informers.of<Secret>(secrets),
    configMaps: informers.of<ConfigMap>(configMaps),
    namespaces: informers.of<Namespace>(namespaces),
  }
  const classes = new Map<string, ClassState>()
  const observers = new Set<() => void>()
  let services = new Map<string, ServiceModel>()
  let servicesOf: readonly ServiceModel[] | undefined
  let isSynced = false
  let isScheduled = false

  function refresh(): void {
    isScheduled = false
    if (!isSynced || signal.aborted) return
    for (const state of classes.values()) refreshClass(state)
    tellObservers()
  }

  function refreshClass(state: ClassState): void {
    const { identity } = state
    const configMap = identity.configMap === undefined ? undefined : sources.configMaps.items.get(identity.configMap)
    const table = buildRoutingTable({
      className: identity.className,
      controller: identity.controller,
      ingressClasses: [...sources.classes.items.values()],
      ingresses: sources.ingresses.items.values(),
      gateways: sources.gateways.items.values(),
      httpRoutes: sources.httpRoutes.items.values(),
      namespaceLabels: name => sources.namespaces.items.get(name)?.metadata.labels ?? {},
      service: key => services.get(key),
      certificate: (namespace, name) => {
        const secret = sources.secrets.items.get(`${namespace}/${name}`)
        return secret === undefined ? { kind: 'missing' } : readCertificate(secret).state
      },
      ...(configMap !== undefined && { configMap }),
    })
    state.input = { table, secrets: servedSecrets(table) }
    for (const proxy of state.proxies) proxy.callback(state.input)
  }

  /** Only the keys that are served leave the API's objects. */
  function servedSecrets(table: RoutingTable): ReadonlyMap<string, KeyPair> {
    const pairs = new Map<string, KeyPair>()
    for (const { tls } of table.hosts) {
      if (tls.kind !== 'secret') continue
      const key = `${tls.namespace}/${tls.name}`
      const secret = sources.secrets.items.get(key)
      const pair = secret === undefined ? undefined : readCertificate(secret).pair
      if (pair !== undefined) pairs.set(key, pair)
    }
    return pairs
  }

  /** All changes of one turn of the event loop become one table. */
  function changed(): void {
    if (isScheduled || !isSynced) return
    isScheduled = true
    setImmediate(refresh)
  }

  function tellObservers(): void {
    for (const observer of observers) observer()
  }

  const endings = [
    ...Object.values(sources).map(informer => informer.onChange(change => { if (isRelevant(change)) changed() })),
    network.onChange(next => {
      if (next.services === servicesOf) return
      servicesOf = next.services
      services = new Map(next.services.map(service => [service.key, service]))
      changed()
    }),
  ] // biome-ignore format: one list
  signal.addEventListener('abort', () => { for (const end of endings) end() }, { once: true }) // biome-ignore format: one line
  const synced = Promise.all([network.synced, ...Object.values(sources).map(informer => informer.synced)]).then(() => {
    isSynced = true
    refresh()
  })

  return {
    synced,
    get isSynced() {
      return isSynced
    },
    subscribe(identity, callback) {
      const state = classes.get(identity.className) ?? { identity, proxies: new Set<Proxy>() }
      classes.set(identity.className, state)
      const proxy: Proxy = { callback, diagnostics: [] }
      state.proxies.add(proxy)
      if (isSynced && state.input === undefined) {
        refreshClass(state)
        tellObservers()
      } else if (state.input !== undefined) {
        callback(state.input)
      }
      return {
        report(diagnostics) {
          proxy.diagnostics = diagnostics
          tellObservers()
        },
        close() {
          state.proxies.delete(proxy)
          if (state.proxies.size === 0 && classes.get(identity.className) === state) classes.delete(identity.className)
        },
      }
    },
    served() {
      const known = [...classes.values()].flatMap(({ identity, input, proxies }) =>
        input === undefined
          ? []
          : [
              {
                identity,
                table: input.table,
                diagnostics: [...input.table.diagnostics, ...[...proxies].flatMap(proxy => proxy.diagnostics)],
              },
            ],
      )
      return new Map(known.map(item => [item.identity.className, item]))
    },
    onChange(callback) {
      observers.add(callback)
      return () => observers.delete(callback)
    },
  }
}

/** Our own writes to a status must not start the next round. */
function isRelevant({
  before,
  after,
}: {
  readonly before?: { readonly metadata: object }
  readonly after?: { readonly metadata: object }
}): boolean {
  if (before === undefined || after === undefined) return true
  return saidBy(before) !== saidBy(after)
}

function saidBy(object: { readonly metadata: object }): string {
  const {
    status: _status,
    metadata,
    ...rest
  } = object as { readonly status?: unknown; readonly metadata: Record<string, unknown> }
  const { name, namespace, labels, annotations, deletionTimestamp } = metadata
  return JSON.stringify([rest, name, namespace, labels, annotations, deletionTimestamp])
}
