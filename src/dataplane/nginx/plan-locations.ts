// Which NGINX locations a host's routes become, and which routes are candidates in each.
import { withoutFinalSlash } from '../../network/routing/path.ts'
import type { Action, PathMatch, RequestMatch, Route } from '../../network/routing.ts'

/** One thing to do with a request, and the path its route matched, which a rewrite replaces. */
export type Step =
  | { readonly action: Action; readonly matched: string }
  | { readonly action: { readonly kind: 'to-https'; readonly keepsSlash: boolean } }

export type Condition =
  | { readonly kind: 'path'; readonly path: PathMatch }
  | { readonly kind: 'method'; readonly value: string }
  | { readonly kind: 'header' | 'query'; readonly name: string; readonly value: string; readonly regex: boolean }

export interface Option {
  readonly conditions: readonly Condition[]
  readonly step: Step
}

/** `prefix` is NGINX's own, by characters; the plan only uses prefixes that end in a slash, which makes them element-wise. */
export interface LocationPlan {
  readonly kind: 'exact' | 'prefix'
  readonly path: string
  /** The first whose conditions hold decides; the last has none. */
  readonly options: readonly Option[]
}

export const notFound: Option = { conditions: [], step: { action: { kind: 'respond', status: 404 }, matched: '/' } }

/** `routes` are in order of precedence, all for one protocol. */
export function planLocations(routes: readonly Route[]): LocationPlan[] {
  // A pattern can take any path, so which location applies is no longer known beforehand: ask every path as a condition.
  if (routes.some(route => route.match.path.kind === 'regex')) {
    return [
      { kind: 'prefix', path: '/', options: untilCertain(routes.map(route => optionOf(route, { withPath: true }))) },
    ]
  }
  const exact = Map.groupBy(
    routes.filter(route => route.match.path.kind === 'exact'),
    route => pathOf(route),
  )
  const prefix = Map.groupBy(
    routes.filter(route => route.match.path.kind === 'prefix'),
    route => pathOf(route),
  )
  const below = (path: string): Option[] => ancestors(path).flatMap(item => optionsOf(prefix.get(item)))
  const at = (path: string): Option[] => untilCertain([...optionsOf(exact.get(path)), ...below(path)])

  const plans = new Map<string, LocationPlan>()
  const addExact = (path: string): void => void plans.set(`= ${path}`, { kind: 'exact', path, options: at(path) })
  const addPrefix = (path: string): void => {
    const subtree = path === '/' ? '/' : `${path}/`
    plans.set(subtree, { kind: 'prefix', path: subtree, options: untilCertain(below(path)) })
  }
  for (const path of exact.keys()) addExact(path)
  for (const path of prefix.keys()) {
    addPrefix(path)
    if (path !== '/') addExact(path)
  }
  addPrefix('/')
  // NGINX answers `/foo` with a redirect to `/foo/` when only the latter is a location that proxies; say what `/foo` itself gets.
  for (const { path } of [...plans.values()]) {
    if (path.length > 1 && path.endsWith('/')) addExact(withoutFinalSlash(path))
  }
  return [...plans.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.kind < b.kind ? -1 : 1))
}

/** Plain HTTP of a host that lives on HTTPS: a redirect, except where ACME's challenges are answered (RFC 8555 §8.3). */
export function planRedirect(
  routes: readonly Route[],
  { keepsSlash }: { readonly keepsSlash: boolean },
): LocationPlan[] {
  const toHttps: Option = { conditions: [], step: { action: { kind: 'to-https', keepsSlash } } }
  const subtree = `${challenge}/`
  const plans = planLocations(routes)
  const below = plans.filter(
    plan => plan.path.startsWith(subtree) && !(plan.kind === 'prefix' && plan.path === subtree),
  )
  const covering = plans
    .filter(plan => plan.kind === 'prefix' && subtree.startsWith(plan.path))
    .reduce((longest, plan) => (plan.path.length > longest.path.length ? plan : longest))
  return [
    { kind: 'prefix', path: '/', options: [toHttps] },
    { kind: 'exact', path: challenge, options: [toHttps] },
    ...below,
    { ...covering, path: subtree },
  ]
}

const challenge = '/.well-known/acme-challenge'

function optionsOf(routes: readonly Route[] | undefined): Option[] {
  return (routes ?? []).map(route => optionOf(route, { withPath: false }))
}

function optionOf(route: Route, { withPath }: { readonly withPath: boolean }): Option {
  return {
    conditions: [...(withPath ? pathCondition(route.match.path) : []), ...conditionsOf(route.match)],
    step: { action: route.action, matched: pathOf(route) },
  }
}

function pathCondition(path: PathMatch): Condition[] {
  return path.kind === 'prefix' && path.path === '/' ? [] : [{ kind: 'path', path }]
}

function conditionsOf(match: RequestMatch): Condition[] {
  return [
    ...(match.method === undefined ? [] : [{ kind: 'method', value: match.method } as const]),
    ...match.headers.map(
      ({ kind, name, value }) =>
        ({ kind: 'header', name: name.toLowerCase(), value, regex: kind === 'regex' }) as const,
    ),
    ...match.query.map(({ kind, name, value }) => ({ kind: 'query', name, value, regex: kind === 'regex' }) as const),
  ]
}

/** What comes after an option without conditions is never asked; without one the answer is 404. */
function untilCertain(options: readonly Option[]): Option[] {
  const certain = options.findIndex(option => option.conditions.length === 0)
  return certain < 0 ? [...options, notFound] : options.slice(0, certain + 1)
}

/** The path itself without final slash, then each shorter one, then `/`. */
function ancestors(path: string): string[] {
  const found: string[] = []
  for (
    let current = withoutFinalSlash(path);
    current !== '' && current !== '/';
    current = current.slice(0, current.lastIndexOf('/'))
  ) {
    found.push(current)
  }
  return [...found, '/']
}

function pathOf(route: Route): string {
  const { path } = route.match
  return path.kind === 'regex' ? '/' : path.path
}
