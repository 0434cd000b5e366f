// What an Ingress asks of a proxy: its hosts, certificates, paths and backends, by the Kubernetes specification.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Ingress } from '../../objects/kinds/ingress.ts'
import { checkDns1123Subdomain, checkWildcardSubdomain } from '../../objects/names.ts'
import { describeObject } from '../../objects/object.ts'
import type { PathMatch, RouteSource } from '../routing.ts'
import { type IngressOptions, readAnnotations } from './annotations.ts'
import { type Claims, creationOf, type ForwardClaim, type HostClaim, type RouteClaim } from './claim.ts'
import { hostCovers } from './host.ts'
import { parsePath, withoutFinalSlash } from './path.ts'

type Spec = NonNullable<Ingress['spec']>
type IngressBackend = NonNullable<Spec['defaultBackend']>
type IngressPath = NonNullable<NonNullable<Spec['rules']>[number]['http']>['paths'][number]

const remembered = new WeakMap<Ingress, Claims>()

/** Pure, and remembered by object identity, so that one changed Ingress costs one reading. */
export function readIngress(ingress: Ingress): Claims {
  const known = remembered.get(ingress)
  if (known !== undefined) return known
  const claims = read(ingress)
  remembered.set(ingress, claims)
  return claims
}

function read(ingress: Ingress): Claims {
  const options = readAnnotations(ingress)
  const diagnostics: Diagnostic[] = [...options.diagnostics]
  if (options.canary) return { hosts: [], routes: [], diagnostics }
  const hosts: HostClaim[] = []
  const routes: RouteClaim[] = []
  const rules = ingress.spec?.rules ?? []
  for (const [ruleIndex, rule] of rules.entries()) {
    const host = readHost(ingress, { text: rule.host, field: `spec.rules[${ruleIndex}].host`, diagnostics })
    if (host === undefined) continue
    if (!hosts.some(claim => claim.host === host)) hosts.push(claimHost(ingress, { host, options }))
    for (const [pathIndex, path] of (rule.http?.paths ?? []).entries()) {
      const source = sourceOf(ingress, `spec.rules[${ruleIndex}].http.paths[${pathIndex}]`)
      const match = readPath(ingress, { path, source, diagnostics })
      if (match === undefined) continue
      const action = claimBackend(ingress, { backend: path.backend, source, options, diagnostics })
      routes.push(claimRoute(ingress, { host, path: match, action, source, order: routes.length, fallback: false }))
    }
  }
  const fallback = ingress.spec?.defaultBackend
  if (fallback !== undefined) {
    const source = sourceOf(ingress, 'spec.defaultBackend')
    const action = claimBackend(ingress, { backend: fallback, source, options, diagnostics })
    // With rules it serves what is left of their hosts, without rules what is left of everything.
    if (rules.length === 0) hosts.push(claimHost(ingress, { host: '*', options }))
    for (const { host } of hosts) {
      const path: PathMatch = { kind: 'prefix', path: '/' }
      routes.push(claimRoute(ingress, { host, path, action, source, order: routes.length, fallback: true }))
    }
  }
  return { hosts, routes, diagnostics }
}

function claimRoute(
  ingress: Ingress,
  claim: Pick<RouteClaim, 'host' | 'action' | 'source' | 'order' | 'fallback'> & { readonly path: PathMatch },
): RouteClaim {
  const { path, ...rest } = claim
  return { ...rest, match: { path, headers: [], query: [] }, createdAt: creationOf(ingress) }
}

function sourceOf(ingress: Ingress, field: string): RouteSource {
  return { kind: 'Ingress', namespace: ingress.metadata.namespace ?? 'default', name: ingress.metadata.name, field }
}

interface HostField {
  readonly text: string | undefined
  readonly field: string
  readonly diagnostics: Diagnostic[]
}

function readHost(ingress: Ingress, { text, field, diagnostics }: HostField): string | undefined {
  if (text === undefined || text === '') return '*'
  const problem = text.startsWith('*') ? checkWildcardSubdomain(text) : checkDns1123Subdomain(text)
  if (problem === undefined) return text
  diagnostics.push({
    code: 'FW405',
    severity: 'error',
    object: describeObject(ingress),
    field,
    message: `${describeObject(ingress)}: ${field} is ${JSON.stringify(text)}, which is no host name`,
    why: `${problem}. The rule is left out.`,
    fix: 'write a lower-case DNS name such as shop.example.org, or *.example.org for one more label',
  })
  return undefined
}

interface PathField {
  readonly path: IngressPath
  readonly source: RouteSource
  readonly diagnostics: Diagnostic[]
}

function readPath(ingress: Ingress, { path, source, diagnostics }: PathField): PathMatch | undefined {
  const text = path.path === undefined || path.path === '' ? '/' : path.path
  const parsed = parsePath(text)
  if ('path' in parsed) {
    // ImplementationSpecific means Prefix here, as it does in ingress-nginx.
    if (path.pathType === 'Exact') return { kind: 'exact', path: parsed.path }
    return { kind: 'prefix', path: withoutFinalSlash(parsed.path) }
  }
  diagnostics.push({
    code: 'FW406',
    severity: 'error',
    object: describeObject(ingress),
    field: `${source.field}.path`,
    message: `${describeObject(ingress)}: ${source.field}.path ${JSON.stringify(text)} cannot be served: ${parsed.problem}`,
    fix: parsed.fix,
  })
  return undefined
}

interface BackendField {
  readonly backend: IngressBackend
  readonly source: RouteSource
  readonly options: IngressOptions
  readonly diagnostics: Diagnostic[]
}

function claimBackend(ingress: Ingress, { backend, source, options, diagnostics }: BackendField): RouteClaim['action'] {
  if (options.closed) return { kind: 'respond', status: 503 }
  const service = backend.service
  if (service === undefined) {
    diagnostics.push({
      code: 'FW407',
      severity: 'warning',
      object: describeObject(ingress),
      field: `${source.field}${source.field === 'spec.defaultBackend' ? '' : '.backend'}.resource`,
      message: `${describeObject(ingress)}: ${source.field} has a resource backend, which this class does not serve`,
      why: 'Requests for it are answered with 404.',
      fix: 'name a Service instead',
    })
    return { kind: 'respond', status: 404 }
  }
  const ref = {
    namespace: source.namespace,
    name: service.name,
    port: service.port?.name ?? service.port?.number ?? '',
    field: `${source.field}${source.field === 'spec.defaultBackend' ? '' : '.backend'}.service`,
  }
  return {
    kind: 'claim',
    missing: 503,
    backends: [{ ref, weight: 1 }],
    requestHeaders: [],
    responseHeaders: [],
  } satisfies ForwardClaim
}

function claimHost(
  ingress: Ingress,
  { host, options }: { readonly host: string; readonly options: IngressOptions },
): HostClaim {
  const namespace = ingress.metadata.namespace ?? 'default'
  const entries = [...(ingress.spec?.tls ?? []).entries()].filter(([, tls]) => {
    const names = tls.hosts ?? []
    return names.length === 0 || names.some(name => hostCovers(name.toLowerCase(), host))
  })
  return {
    host,
    secrets: entries.flatMap(([index, tls]) =>
      tls.secretName === undefined || tls.secretName === ''
        ? []
        : [{ namespace, name: tls.secretName, field: `spec.tls[${index}].secretName` }],
    ),
    redirectToHttps: options.forceSslRedirect || (options.sslRedirect && entries.length > 0),
    redirectKeepsSlash: options.preserveTrailingSlash,
    object: describeObject(ingress),
    createdAt: creationOf(ingress),
  }
}
