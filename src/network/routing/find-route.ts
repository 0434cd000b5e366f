// Which route of a host takes a request? The order of `HostRoutes.routes` decides, as it does in the proxy.
import type { HostRoutes, RequestMatch, Route, ValueMatch } from '../routing.ts'
import { prefixCovers } from './path.ts'

export interface PlainRequest {
  readonly scheme: 'http' | 'https'
  readonly method: string
  /** Decoded, without the query. */
  readonly path: string
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>
  readonly query: ReadonlyMap<string, string>
}

/** All routes that match, the one that decides first. */
export function findRoutes({ routes }: HostRoutes, request: PlainRequest): readonly Route[] {
  return routes.filter(({ match }) => takes(match, request))
}

function takes(match: RequestMatch, request: PlainRequest): boolean {
  return (
    (match.scheme === undefined || match.scheme === request.scheme) &&
    (match.method === undefined || match.method === request.method) &&
    takesPath(match, request.path) &&
    match.headers.every(wanted => holds(wanted, request.headers.get(wanted.name.toLowerCase()))) &&
    match.query.every(wanted => holds(wanted, request.query.get(wanted.name)))
  )
}

function takesPath({ path }: RequestMatch, requested: string): boolean {
  switch (path.kind) {
    case 'exact':
      return requested === path.path
    case 'prefix':
      return prefixCovers(path.path, requested)
    case 'regex':
      return matchesWhole(path.pattern, requested)
  }
}

function holds({ kind, value }: ValueMatch, actual: string | undefined): boolean {
  if (actual === undefined) return false
  return kind === 'exact' ? actual === value : matchesWhole(value, actual)
}

/** What is no pattern for us matches nothing: the table's builder has reported it. */
function matchesWhole(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(text)
  } catch {
    return false
  }
}
