// The hops inside the proxy of an ingress class: certificate, host and path rule, and the Service behind the rule.
import type { EndpointModel, ServiceModel, ServicePortModel } from '../../network/model.ts'
import { findHost } from '../../network/routing/build-table.ts'
import { findRoutes, type PlainRequest } from '../../network/routing/find-route.ts'
import { parsePath } from '../../network/routing/path.ts'
import type { Backend, Forward, HostRoutes, Route, RoutingTable, Upstream } from '../../network/routing.ts'
import { chooseUpstream, whyNobody } from './choose-endpoint.ts'
import type { Recorder } from './recorder.ts'
import type { Detail, Verdict } from './trace-result.ts'
import type { ObjectName, TraceWorld } from './world.ts'

export interface HttpRequest {
  readonly scheme: 'http' | 'https'
  readonly host: string
  /** With the query. */
  readonly path: string
}

export type ProxyOutcome =
  | { readonly kind: 'endpoints'; readonly endpoints: readonly EndpointModel[] }
  /** The client is told to come again over TLS. */
  | { readonly kind: 'to-https' }
  /** To a name outside of the cluster's Services, looked up by the proxy. */
  | { readonly kind: 'external'; readonly host: string; readonly port: number }
  | { readonly kind: 'ended'; readonly verdict: Verdict }

/** The ingress class whose proxies are behind a Service. */
export function classBehind({ key }: ServiceModel, { site }: TraceWorld): string | undefined {
  const proxy = site.ingress.find(entry => entry.proxy === 'nginx' && `network/${entry.deployment}` === key)
  return proxy?.className
}

export interface ProxyEntry {
  readonly className: string
  /** Of the proxy's container. */
  readonly port: number
  readonly record: Recorder
}

export function traceProxy(request: HttpRequest, { className, port, record }: ProxyEntry): ProxyOutcome {
  const table = record.world.tables.get(className)
  if (table === undefined) {
    return ended(record.leave('rule', { says: `the routes of class ${className} are not known` }))
  }
  const mismatch = whyWrongProtocol(request, port)
  if (mismatch !== undefined) return ended(record.stop(request.scheme === 'https' ? 'tls' : 'rule', { says: mismatch }))
  const entry = findHost(table, request.host)
  if (request.scheme === 'https') traceHandshake(request, { entry, record })
  if (entry === undefined) return ended(noHost(request, className, record))
  if (request.scheme === 'http' && entry.redirectToHttps && !request.path.startsWith('/.well-known/acme-challenge/')) {
    record.pass('redirect', {
      says: `NGINX of class ${className} answers 308: come again over https`,
      details: [record.detail(`the host has TLS; annotation nginx.ingress.kubernetes.io/ssl-redirect turns this off`)],
      expects: { kind: 'status', status: 308 },
    })
    return { kind: 'to-https' }
  }
  const [route, ...others] = findRoutes(entry, plainRequest(request))
  if (route === undefined) return ended(noRoute(request, { entry, className, record }))
  return act(route, { others, entry, table, className, record })
}

function ended(verdict: Verdict): ProxyOutcome {
  return { kind: 'ended', verdict }
}

function whyWrongProtocol({ scheme }: HttpRequest, port: number): string | undefined {
  if (scheme === 'https' && port === 80) return 'this port of NGINX speaks plain HTTP: the TLS handshake fails'
  if (scheme === 'http' && port === 443) return 'this port of NGINX speaks TLS: it answers 400 to plain HTTP'
  return undefined
}

interface HostPlace {
  readonly entry: HostRoutes | undefined
  readonly record: Recorder
}

function traceHandshake({ host }: HttpRequest, { entry, record }: HostPlace): void {
  const expects = { kind: 'handshake', serverName: host } as const
  if (entry?.tls.kind !== 'secret') {
    const says =
      entry === undefined
        ? `TLS with the default certificate, which is for no host that is served`
        : `TLS for ${host}, with the certificate that the class issues itself: no Secret holds one`
    record.pass('tls', { says, expects })
    return
  }
  const key = `${entry.tls.namespace}/${entry.tls.name}`
  record.pass('tls', {
    says: `TLS for ${host}, with the certificate of Secret ${key}`,
    details: [record.cite('the certificate', { kind: 'Secret', key })],
    expects,
  })
}

function plainRequest({ scheme, path }: HttpRequest): PlainRequest {
  const question = path.indexOf('?')
  const plain = question < 0 ? path : path.slice(0, question)
  const parsed = parsePath(plain)
  return {
    scheme,
    method: 'GET',
    path: 'path' in parsed ? parsed.path : plain,
    headers: new Map(),
    query: new Map(question < 0 ? [] : new URLSearchParams(path.slice(question + 1))),
  }
}

function noHost({ host }: HttpRequest, className: string, record: Recorder): Verdict {
  const elsewhere = [...record.world.tables].filter(([name, table]) => name !== className && findHost(table, host))
  const others = elsewhere.map(([name]) => record.detail(`class ${name} has a rule for it, and another address`))
  return record.stop('rule', {
    says: `no rule of class ${className} is for the host ${host}: NGINX answers 404`,
    details: others,
    expects: { kind: 'status', status: 404 },
    fix: `Add an Ingress with ingressClassName ${className} and this host.`,
  })
}

interface RoutePlace {
  readonly entry: HostRoutes
  readonly className: string
  readonly record: Recorder
}

function noRoute({ path }: HttpRequest, { entry, className, record }: RoutePlace): Verdict {
  return record.stop('rule', {
    says: `no rule of class ${className} for ${entry.host} takes the path ${path}: NGINX answers 404`,
    details: entry.routes.map(route => cite(route, record, 'there is')),
    expects: { kind: 'status', status: 404 },
  })
}

interface Acting extends RoutePlace {
  readonly others: readonly Route[]
  readonly table: RoutingTable
}

function act(route: Route, acting: Acting): ProxyOutcome {
  const { others, entry, className, record } = acting
  const { action } = route
  const details = [
    cite(route, record, entry.host === '*' ? 'for every host' : `for ${entry.host}`),
    ...others.slice(0, 3).map(other => cite(other, record, 'it comes before')),
  ]
  const rule = `NGINX of class ${className}: ${matchText(route)} of ${objectOf(route).kind} ${objectOf(route).key}`
  switch (action.kind) {
    case 'respond':
      return ended(
        record.stop('rule', {
          says: `${rule} answers ${action.status}`,
          details: [...details, ...problemsOf(route, acting)],
          expects: { kind: 'status', status: action.status },
        }),
      )
    case 'redirect': {
      const to = `${action.scheme ?? ''}${action.scheme === undefined ? '' : '://'}${action.hostname ?? ''}${action.path?.value ?? ''}`
      record.pass('rule', {
        says: `${rule} answers ${action.status}: go to ${to || 'another address'}`,
        details,
        expects: { kind: 'status', status: action.status },
      })
      return ended({ kind: 'yes', assuming: [] })
    }
    case 'forward':
      record.pass('rule', { says: `${rule} → ${backendsText(action, acting.table)}`, details })
      return forward(route, action, acting)
  }
}

function forward(route: Route, action: Forward, acting: Acting): ProxyOutcome {
  const { table, record } = acting
  const { world } = record
  const candidates: Detail[] = []
  const endpoints: EndpointModel[] = []
  let why = 'no backend of the rule gets a share'
  let lost: ServiceModel | undefined
  for (const backend of action.backends.filter(({ weight }) => weight > 0)) {
    const upstream = upstreamOf(backend, table)
    if (upstream === undefined) {
      candidates.push(
        record.detail(`a share of the requests is answered with ${'respond' in backend ? backend.respond : 503}`),
      )
      continue
    }
    if (upstream.external !== undefined)
      return { kind: 'external', host: upstream.external.name, port: upstream.external.port }
    const service = world.network.services.find(({ key }) => key === `${upstream.namespace}/${upstream.service}`)
    const port = service?.ports.find(item => item.protocol === 'TCP' && String(item.port) === upstream.port)
    if (service === undefined || port === undefined) continue
    const choice = chooseUpstream(port, world)
    candidates.push(servicePortLine(service, port, record), ...choice.candidates.map(text => record.detail(text)))
    if (choice.usable.length === 0) [why, lost] = [whyNobody(service, choice), service]
    // What the proxy really has: its table may be one step behind the Network.
    endpoints.push(...choice.usable.filter(item => isIn(upstream, item)))
  }
  if (endpoints.length > 0) {
    const one = endpoints.length === 1
    record.pass('endpoint', {
      says: one
        ? 'NGINX talks to the only endpoint that can be used'
        : `NGINX talks to one of ${endpoints.length} endpoints, in turn`,
      details: candidates,
    })
    return { kind: 'endpoints', endpoints }
  }
  const open = lost === undefined ? undefined : world.prediction.openServices.get(lost.key)
  if (open !== undefined)
    return ended(record.leave('endpoint', { says: `who stands behind Service ${lost?.key} is not known: ${open}` }))
  return ended(
    record.stop('endpoint', {
      says: `${why}: NGINX answers 503`,
      details: candidates.length > 0 ? candidates : [cite(route, record, 'the rule')],
      expects: { kind: 'status', status: 503 },
      ...(lost === undefined
        ? {}
        : { fix: `kubectl -n ${lost.namespace} get pods,endpointslices -l kubernetes.io/service-name=${lost.name}` }),
    }),
  )
}

function upstreamOf(backend: Backend, table: RoutingTable): Upstream | undefined {
  return 'upstream' in backend ? table.upstreams.find(({ id }) => id === backend.upstream) : undefined
}

function isIn({ endpoints }: Upstream, { address, port }: EndpointModel): boolean {
  return endpoints.some(item => item.address === address && item.port === port)
}

function servicePortLine(service: ServiceModel, port: ServicePortModel, record: Recorder): Detail {
  const index = service.ports.indexOf(port)
  const name = port.name === '' ? '' : ` (${port.name})`
  return record.cite(
    `Service ${service.key} port ${port.port}${name}`,
    { kind: 'Service', key: service.key },
    `spec.ports[${index}]`,
  )
}

/** The table's builder has said why an answer stands in for a backend. */
function problemsOf({ source }: Route, { table, record }: Acting): readonly Detail[] {
  const object = objectOf({ source })
  return table.diagnostics
    .filter(found => found.object === `${object.kind}/${object.key}` && (found.field ?? '').startsWith(source.field))
    .map(found => record.cite(found.message, object, found.field))
}

function objectOf({ source }: Pick<Route, 'source'>): ObjectName {
  return { kind: source.kind, key: `${source.namespace}/${source.name}` }
}

function cite(route: Route, record: Recorder, text: string): Detail {
  return record.cite(`${text}: ${matchText(route)}`, objectOf(route), route.source.field)
}

function matchText({ match }: Route): string {
  const { path, method, headers, query, scheme } = match
  const words = { exact: 'Exact', prefix: 'Prefix', regex: 'RegularExpression' }
  return [
    `${words[path.kind]} ${path.kind === 'regex' ? path.pattern : path.path}`,
    ...(scheme === undefined ? [] : [`over ${scheme}`]),
    ...(method === undefined ? [] : [`method ${method}`]),
    ...headers.map(({ name, value }) => `header ${name}: ${value}`),
    ...query.map(({ name, value }) => `query ${name}=${value}`),
  ].join(', ')
}

function backendsText({ backends }: Forward, table: RoutingTable): string {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0)
  return backends
    .map(backend => {
      const upstream = upstreamOf(backend, table)
      const text =
        upstream === undefined ? 'an error' : `Service ${upstream.namespace}/${upstream.service}:${upstream.port}`
      return backends.length === 1 || total === 0 ? text : `${text} (${Math.round((100 * backend.weight) / total)} %)`
    })
    .join(', ')
}
