// What the rules of an HTTPRoute ask for: matches, filters and backends, with a refusal for each part that cannot be kept.
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import type { HTTPRoute } from '../../../objects/kinds/http-route.ts'
import { describeObject } from '../../../objects/object.ts'
import type {
  HeaderChange,
  PathChange,
  PathMatch,
  Redirect,
  RequestMatch,
  RouteCondition,
  RouteSource,
  ValueMatch,
} from '../../routing.ts'
import type { ForwardClaim, RouteClaim } from '../claim.ts'
import { parsePath, withoutFinalSlash } from '../path.ts'
import { accepted, resolved } from './read-listeners.ts'

type Rule = NonNullable<NonNullable<HTTPRoute['spec']>['rules']>[number]
type Match = NonNullable<Rule['matches']>[number]
type Filter = NonNullable<Rule['filters']>[number]

export interface ReadRule {
  readonly match: RequestMatch
  readonly action: RouteClaim['action']
  readonly source: RouteSource
}

export interface ReadRules {
  readonly rules: readonly ReadRule[]
  readonly accepted: RouteCondition
  readonly resolvedRefs: RouteCondition
  readonly diagnostics: readonly Diagnostic[]
}

/** What has been refused so far; the last refusal of each sort becomes the condition. */
class Findings {
  accepted = accepted
  resolvedRefs = resolved
  readonly diagnostics: Diagnostic[] = []
  readonly #object: string

  constructor(object: string) {
    this.#object = object
  }

  /** The route is accepted only in part: `UnsupportedValue`. */
  unsupported(field: string, what: string): void {
    this.accepted = { status: 'False', reason: 'UnsupportedValue', message: `${field}: ${what}` }
    this.#report('FW432', { field, what, fix: 'remove it, or serve the route with a class of another controller' })
  }

  unresolved(reason: string, { field, what }: { readonly field: string; readonly what: string }): void {
    this.resolvedRefs = { status: 'False', reason, message: `${field}: ${what}` }
    this.#report('FW433', { field, what, fix: 'lead to a Service in the namespace of the route, with its port' })
  }

  #report(
    code: Diagnostic['code'],
    { field, what, fix }: { readonly field: string; readonly what: string; readonly fix: string },
  ): void {
    this.diagnostics.push({
      code,
      severity: 'error',
      object: this.#object,
      field,
      message: `${this.#object}: ${field}: ${what}`,
      why: 'What cannot be kept is never left out silently: its share of the requests is answered with an error.',
      fix,
    })
  }
}

const remembered = new WeakMap<HTTPRoute, ReadRules>()

/** Pure, and remembered by object identity. */
export function readRules(route: HTTPRoute): ReadRules {
  const known = remembered.get(route)
  if (known !== undefined) return known
  const findings = new Findings(describeObject(route))
  // No rule at all stands for one that matches everything and forwards nowhere.
  const rules = (route.spec?.rules ?? [{}]).flatMap((rule, index) => {
    const field = `spec.rules[${index}]`
    const action = readAction(route, { rule, field, findings })
    const matches: readonly Match[] = rule.matches === undefined || rule.matches.length === 0 ? [{}] : rule.matches
    return matches.flatMap((match, matchIndex): ReadRule[] => {
      const place = `${field}.matches[${matchIndex}]`
      const read = readMatch(match, { field: place, findings })
      const source: RouteSource = {
        kind: 'HTTPRoute',
        namespace: route.metadata.namespace ?? 'default',
        name: route.metadata.name,
        field: place,
      }
      return read === undefined ? [] : [{ match: read, action: narrow(action, read), source }]
    })
  })
  const result = {
    rules,
    accepted: findings.accepted,
    resolvedRefs: findings.resolvedRefs,
    diagnostics: findings.diagnostics,
  }
  remembered.set(route, result)
  return result
}

/** Replacing a prefix needs a prefix to replace (Gateway API: only with PathPrefix); otherwise the rule answers 500. */
function narrow(action: RouteClaim['action'], match: RequestMatch): RouteClaim['action'] {
  const change = action.kind === 'claim' ? action.rewrite?.path : action.kind === 'redirect' ? action.path : undefined
  return change?.kind === 'prefix' && match.path.kind !== 'prefix' ? { kind: 'respond', status: 500 } : action
}

interface FieldPlace {
  readonly field: string
  readonly findings: Findings
}

function readMatch(match: Match, { field, findings }: FieldPlace): RequestMatch | undefined {
  const path = readPath(match.path, { field: `${field}.path`, findings })
  if (path === undefined) return undefined
  const headers = readValues(match.headers ?? [], { field: `${field}.headers`, findings })
  const query = readValues(match.queryParams ?? [], { field: `${field}.queryParams`, findings })
  if (headers === undefined || query === undefined) return undefined
  return { path, ...(match.method !== undefined && { method: match.method }), headers, query }
}

function readPath(path: Match['path'], { field, findings }: FieldPlace): PathMatch | undefined {
  const value = path?.value ?? '/'
  if (path?.type === 'RegularExpression') {
    if (isPattern(value)) return { kind: 'regex', pattern: value }
    findings.unsupported(field, `${JSON.stringify(value)} is no regular expression`)
    return undefined
  }
  const parsed = parsePath(value)
  if ('problem' in parsed) {
    findings.unsupported(field, `${JSON.stringify(value)}: ${parsed.problem}`)
    return undefined
  }
  return path?.type === 'Exact'
    ? { kind: 'exact', path: parsed.path }
    : { kind: 'prefix', path: withoutFinalSlash(parsed.path) }
}

interface NamedValue {
  readonly name: string
  readonly value: string
  readonly type?: 'Exact' | 'RegularExpression'
}

function readValues(values: readonly NamedValue[], { field, findings }: FieldPlace): ValueMatch[] | undefined {
  const read = new Map<string, ValueMatch>()
  for (const [index, { name, value, type }] of values.entries()) {
    if (type === 'RegularExpression' && !isPattern(value)) {
      findings.unsupported(`${field}[${index}]`, `${JSON.stringify(value)} is no regular expression`)
      return undefined
    }
    // Of several entries with one name only the first counts (Gateway API).
    const key = name.toLowerCase()
    if (!read.has(key)) read.set(key, { kind: type === 'RegularExpression' ? 'regex' : 'exact', name, value })
  }
  return [...read.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** JavaScript and PCRE agree on what is written in practice; NGINX itself has the last word before anything is served. */
function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u')
    return true
  } catch {
    return false
  }
}

interface ActionPlace extends FieldPlace {
  readonly rule: Rule
}

interface Filters {
  readonly requestHeaders: HeaderChange[]
  readonly responseHeaders: HeaderChange[]
  rewrite?: { hostname?: string; path?: PathChange }
  redirect?: Redirect
  broken: boolean
}

function readAction(route: HTTPRoute, { rule, field, findings }: ActionPlace): RouteClaim['action'] {
  const filters: Filters = { requestHeaders: [], responseHeaders: [], broken: false }
  for (const [index, filter] of (rule.filters ?? []).entries())
    readFilter(filter, { filters, field: `${field}.filters[${index}]`, findings })
  if (filters.broken) return { kind: 'respond', status: 500 }
  if (filters.redirect !== undefined) return filters.redirect
  const backends = readBackends(route, { rule, field, findings })
  const { requestHeaders, responseHeaders, rewrite } = filters
  return {
    kind: 'claim',
    missing: 500,
    backends,
    requestHeaders,
    responseHeaders,
    ...(rewrite !== undefined && { rewrite }),
  }
}

function readFilter(filter: Filter, { filters, field, findings }: FieldPlace & { readonly filters: Filters }): void {
  switch (filter.type) {
    case 'RequestHeaderModifier':
      filters.requestHeaders.push(...readHeaders(filter.requestHeaderModifier))
      return
    case 'ResponseHeaderModifier':
      filters.responseHeaders.push(...readHeaders(filter.responseHeaderModifier))
      return
    case 'URLRewrite': {
      const path = readChange(filter.urlRewrite?.path)
      const hostname = filter.urlRewrite?.hostname
      filters.rewrite = { ...(hostname !== undefined && { hostname }), ...(path !== undefined && { path }) }
      return
    }
    case 'RequestRedirect': {
      const { scheme, hostname, port, statusCode } = filter.requestRedirect ?? {}
      const path = readChange(filter.requestRedirect?.path)
      filters.redirect = {
        kind: 'redirect',
        status: statusCode ?? 302,
        ...(scheme !== undefined && { scheme }),
        ...(hostname !== undefined && { hostname }),
        ...(port !== undefined && { port }),
        ...(path !== undefined && { path }),
      }
      return
    }
    default:
      filters.broken = true
      findings.unsupported(field, `filter ${filter.type} is not honoured`)
  }
}

type Modifier = NonNullable<Filter['requestHeaderModifier']>

function readHeaders(modifier: Modifier | undefined): HeaderChange[] {
  return [
    ...(modifier?.set ?? []).map(({ name, value }): HeaderChange => ({ kind: 'set', name, value })),
    ...(modifier?.add ?? []).map(({ name, value }): HeaderChange => ({ kind: 'add', name, value })),
    ...(modifier?.remove ?? []).map((name): HeaderChange => ({ kind: 'remove', name })),
  ]
}

type Change = NonNullable<NonNullable<Filter['urlRewrite']>['path']>

function readChange(change: Change | undefined): PathChange | undefined {
  if (change === undefined) return undefined
  return change.type === 'ReplaceFullPath'
    ? { kind: 'full', value: change.replaceFullPath ?? '/' }
    : {
        kind: 'prefix',
        value: withoutFinalSlash(change.replacePrefixMatch === '' ? '/' : (change.replacePrefixMatch ?? '/')),
      }
}

function readBackends(route: HTTPRoute, { rule, field, findings }: ActionPlace): ForwardClaim['backends'] {
  const namespace = route.metadata.namespace ?? 'default'
  const backends = (rule.backendRefs ?? []).map((ref, index): ForwardClaim['backends'][number] => {
    const weight = ref.weight ?? 1
    const place = `${field}.backendRefs[${index}]`
    const refuse = (reason: string, what: string) => {
      findings.unresolved(reason, { field: place, what })
      return { respond: 500, weight }
    }
    if ((ref.group ?? '') !== '' || (ref.kind ?? 'Service') !== 'Service')
      return refuse('InvalidKind', `kind ${ref.kind ?? ''} is not known, use a Service`)
    if ((ref.namespace ?? namespace) !== namespace) {
      return refuse(
        'RefNotPermitted',
        `it leads to namespace ${ref.namespace ?? ''}, which needs a ReferenceGrant there; Fairway knows no ReferenceGrants yet`,
      )
    }
    if (ref.port === undefined) return refuse('UnsupportedValue', 'it names no port')
    if ((ref.filters ?? []).length > 0) {
      findings.unsupported(`${place}.filters`, 'filters of a single backend are not honoured')
      return { respond: 500, weight }
    }
    return { ref: { namespace, name: ref.name, port: ref.port, field: place }, weight }
  })
  return backends.length > 0 ? backends : [{ respond: 500, weight: 1 }]
}
