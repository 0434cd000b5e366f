// Which routes hold a value that NGINX cannot be told safely; they answer an error instead, and a diagnostic says why.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Action, HeaderChange, HostRoutes, PathChange, Route } from '../../network/routing.ts'
import { unchangeable } from './headers.ts'
import type { Condition } from './plan-locations.ts'
import { inexpressible } from './syntax/serialize.ts'
import { unaskable } from './variables.ts'

export interface Expressible {
  readonly hosts: readonly HostRoutes[]
  readonly diagnostics: readonly Diagnostic[]
}

const hostPattern = /^(?:\*\*?\.)?[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/

export function refuseInexpressible(hosts: readonly HostRoutes[]): Expressible {
  const diagnostics: Diagnostic[] = []
  const kept = hosts.flatMap((entry): HostRoutes[] => {
    if (entry.host !== '*' && (entry.host.length > 253 || !hostPattern.test(entry.host))) {
      const [route] = entry.routes
      if (route !== undefined) diagnostics.push(report(route, `${JSON.stringify(entry.host)} is no host name`))
      return []
    }
    let changed = false
    const routes = entry.routes.flatMap((route): Route[] => {
      const match = matchProblem(route)
      if (match !== undefined) {
        // A request that would match cannot be recognised, so there is nothing to answer.
        diagnostics.push(report(route, match))
        changed = true
        return []
      }
      const action = actionProblem(route.action)
      if (action === undefined) return [route]
      diagnostics.push(report(route, action))
      changed = true
      return [{ ...route, action: { kind: 'respond', status: 500 } }]
    })
    return [changed ? { ...entry, routes } : entry]
  })
  return { hosts: kept, diagnostics }
}

function matchProblem({ match }: Route): string | undefined {
  const conditions: Condition[] = [
    { kind: 'path', path: match.path },
    ...(match.method === undefined ? [] : [{ kind: 'method', value: match.method } as const]),
    ...match.headers.map(
      ({ kind, name, value }) => ({ kind: 'header', name, value, regex: kind === 'regex' }) as const,
    ),
    ...match.query.map(({ kind, name, value }) => ({ kind: 'query', name, value, regex: kind === 'regex' }) as const),
  ]
  return conditions.map(unaskable).find(problem => problem !== undefined)
}

function actionProblem(action: Action): string | undefined {
  switch (action.kind) {
    case 'respond':
      return undefined
    case 'redirect':
      return hostProblem(action.hostname) ?? pathProblem(action.path)
    case 'forward':
      return (
        [...action.requestHeaders, ...action.responseHeaders]
          .map(headerProblem)
          .find(problem => problem !== undefined) ??
        hostProblem(action.rewrite?.hostname) ??
        pathProblem(action.rewrite?.path)
      )
  }
}

function headerProblem(change: HeaderChange): string | undefined {
  const name = unchangeable(change.name)
  if (name !== undefined || change.kind === 'remove') return name
  const value = inexpressible(change.value)
  return value === undefined ? undefined : `the value of header ${change.name} cannot be sent: ${value}`
}

function hostProblem(host: string | undefined): string | undefined {
  return host === undefined || (hostPattern.test(host) && !host.startsWith('*'))
    ? undefined
    : `${JSON.stringify(host)} is no host name`
}

function pathProblem(change: PathChange | undefined): string | undefined {
  if (change === undefined) return undefined
  if (/[?#]/.test(change.value)) return `the path ${JSON.stringify(change.value)} holds a query or fragment`
  const problem = inexpressible(change.value)
  return problem === undefined ? undefined : `the path ${JSON.stringify(change.value)} cannot be written: ${problem}`
}

function report(route: Route, problem: string): Diagnostic {
  const object = `${route.source.kind}/${route.source.namespace}/${route.source.name}`
  return {
    code: 'FW406',
    severity: 'error',
    object,
    message: `${object}: ${route.source.field}: ${problem}`,
    why: 'NGINX cannot be told this value safely, so it is refused; the rest of the object is served.',
    fix: 'Use plain printable characters.',
  }
}
