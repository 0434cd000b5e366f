// RoutingTable → nginx.conf: lean, and without a value of a manifest ever becoming syntax.
import { createHash } from 'node:crypto'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { isWildcard, suffixOf } from '../../network/routing/host.ts'
import type { HostRoutes, RoutingTable } from '../../network/routing.ts'
import { compileHttp, compileMain } from './compile-http.ts'
import { compileServer, type ServerContext } from './compile-server.ts'
import { groupHosts, type ServerGroup } from './group-hosts.ts'
import { notFound, planLocations, type Step } from './plan-locations.ts'
import type { CompileInput } from './proxy-options.ts'
import { refuseInexpressible } from './refuse-inexpressible.ts'
import { serialize } from './syntax/serialize.ts'
import type { Node } from './syntax/tree.ts'
import { compileUpstreams, shareBlocks } from './upstreams.ts'
import { Variables } from './variables.ts'

export interface CompiledProxy {
  readonly text: string
  /** Names the text; the running proxy tells it on its status port. */
  readonly revision: string
  readonly diagnostics: readonly Diagnostic[]
}

/** Pure: the same table and place give the same bytes. */
export function compile(table: RoutingTable, input: CompileInput): CompiledProxy {
  const { hosts, diagnostics } = refuseInexpressible(table.hosts)
  const upstreams = new Map(table.upstreams.map(upstream => [upstream.id, upstream]))
  const blockOf = shareBlocks(table.upstreams)
  const variables = new Variables()
  const catchAll = hosts.find(entry => entry.host === '*')
  const tooDeep = simpleCatchAll(catchAll)
  const wildcardPatterns = tooDeep === undefined || mixesWildcards(hosts)
  const groups = groupHosts(withCatchAll(hosts), { blocks: blockOf, mergeWildcards: !wildcardPatterns })
  const context: ServerContext = {
    input,
    settings: table.settings,
    variables,
    upstreams,
    blockOf,
    wildcardPatterns,
    tooDeep: tooDeep ?? notFound.step,
  }
  const servers = sorted(groups).map(group => compileServer(group, context))
  const blocks = compileUpstreams(table.upstreams.filter(upstream => blockOf.get(upstream.id) === upstream.id))
  const nodes = [...variables.directives, ...blocks, ...servers]
  const build = (revision: string): Node[] =>
    compileMain(table.settings, {
      place: input.place,
      http: compileHttp(table, { place: input.place, nodes, revision }),
    })
  // Two tables that lead to the same text are one revision, and nothing has to be reloaded.
  const revision = createHash('sha256')
    .update(serialize(build('')))
    .digest('hex')
    .slice(0, 16)
  return { text: serialize(build(revision)), revision, diagnostics }
}

/** Where no object asks for every host, unknown hosts get 404 under the nameless certificate. */
function withCatchAll(hosts: readonly HostRoutes[]): readonly HostRoutes[] {
  if (hosts.some(entry => entry.host === '*')) return hosts
  return [
    { host: '*', tls: { kind: 'default' }, redirectToHttps: false, redirectKeepsSlash: false, routes: [] },
    ...hosts,
  ]
}

/** What the catch-all does with any request, when that is one thing; undefined when it depends on the request. */
function simpleCatchAll(entry: HostRoutes | undefined): Step | undefined {
  if (entry === undefined) return notFound.step
  if (entry.redirectToHttps || entry.routes.some(route => route.match.scheme !== undefined)) return undefined
  const [plan, other] = planLocations(entry.routes)
  const [only] = plan?.options ?? []
  return other === undefined && only?.conditions.length === 0 ? only.step : undefined
}

/** NGINX finds native wildcards before patterns, so one suffix with both kinds of wildcard needs patterns for all. */
function mixesWildcards(hosts: readonly HostRoutes[]): boolean {
  const wildcards = hosts.filter(({ host }) => isWildcard(host) && host !== '*')
  return new Set(wildcards.map(({ host }) => suffixOf(host))).size < wildcards.length
}

/** The default server first; patterns by their longest suffix, one label before many, because the first that matches decides. */
function sorted(groups: readonly ServerGroup[]): ServerGroup[] {
  const rank = (group: ServerGroup): number => (group.names === 'any' ? 0 : group.names === 'exact' ? 1 : 2)
  const first = (group: ServerGroup): string => group.hosts[0] ?? ''
  return groups.toSorted(
    (a, b) =>
      rank(a) - rank(b) ||
      (rank(a) === 2
        ? suffixOf(first(b)).length - suffixOf(first(a)).length || first(a).length - first(b).length
        : 0) ||
      (first(a) < first(b) ? -1 : first(a) > first(b) ? 1 : 0),
  )
}
