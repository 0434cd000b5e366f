// Which of two routes of one host is asked first.
import type { PathMatch } from '../routing.ts'
import type { RouteClaim } from './claim.ts'

const pathRank: Readonly<Record<PathMatch['kind'], number>> = { exact: 0, regex: 1, prefix: 2 }

/**
 * Exact before pattern before prefix, the longest path first (Ingress), then the route with a method, the most headers, the most query
 * parameters, the oldest object, its name, and its own order (Gateway API, HTTPRouteRule). A default backend comes last.
 */
export function compareClaims(a: RouteClaim, b: RouteClaim): number {
  return (
    Number(a.fallback) - Number(b.fallback) ||
    pathRank[a.match.path.kind] - pathRank[b.match.path.kind] ||
    lengthOf(b.match.path) - lengthOf(a.match.path) ||
    compareText(textOf(a.match.path), textOf(b.match.path)) ||
    Number(b.match.method !== undefined) - Number(a.match.method !== undefined) ||
    b.match.headers.length - a.match.headers.length ||
    b.match.query.length - a.match.query.length ||
    a.createdAt - b.createdAt ||
    compareText(`${a.source.namespace}/${a.source.name}`, `${b.source.namespace}/${b.source.name}`) ||
    compareText(a.source.kind, b.source.kind) ||
    a.order - b.order
  )
}

function textOf(path: PathMatch): string {
  return path.kind === 'regex' ? path.pattern : path.path
}

function lengthOf(path: PathMatch): number {
  return textOf(path).length
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
