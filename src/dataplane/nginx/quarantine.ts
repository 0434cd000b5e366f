// Which objects make NGINX refuse a configuration, found by leaving out halves; the others must not wait for them.
import type { RoutingTable } from '../../network/routing.ts'
import type { KeyPair } from '../../pki/authority.ts'

/** `Ingress/ns/name`, `HTTPRoute/ns/name` or `Secret/ns/name`. */
export type Unit = string

/** Everything that can be left out, with what it says, so that a changed object gets a new chance. `secrets` by `namespace/name`. */
export function unitsOf(table: RoutingTable, secrets: ReadonlyMap<string, KeyPair>): ReadonlyMap<Unit, string> {
  const parts = new Map<Unit, unknown[]>()
  const add = (unit: Unit, part: unknown): void => {
    const known = parts.get(unit)
    if (known === undefined) parts.set(unit, [part])
    else known.push(part)
  }
  for (const entry of table.hosts) {
    if (entry.tls.kind === 'secret') {
      const key = `${entry.tls.namespace}/${entry.tls.name}`
      // The certificate stands for the pair: another key has another one.
      add(`Secret/${key}`, secrets.get(key)?.certificatePem)
    }
    for (const { source, match, action } of entry.routes)
      add(`${source.kind}/${source.namespace}/${source.name}`, [entry.host, match, action])
  }
  return new Map([...parts].map(([unit, said]) => [unit, JSON.stringify(said)]))
}

/** The table without some units: their routes answer nothing, their certificates become the default. */
export function without(table: RoutingTable, left: ReadonlySet<Unit>): RoutingTable {
  if (left.size === 0) return table
  return {
    ...table,
    hosts: table.hosts.map(entry => ({
      ...entry,
      tls:
        entry.tls.kind === 'secret' && left.has(`Secret/${entry.tls.namespace}/${entry.tls.name}`)
          ? { kind: 'default' }
          : entry.tls,
      routes: entry.routes.map(route =>
        left.has(`${route.source.kind}/${route.source.namespace}/${route.source.name}`)
          ? { ...route, action: { kind: 'respond', status: 503 }, match: harmless(route.match) }
          : route,
      ),
    })),
  }
}

/** The path stays closed with 503; what may have been the trouble (patterns) goes. */
function harmless(match: RoutingTable['hosts'][number]['routes'][number]['match']): typeof match {
  const path = match.path.kind === 'regex' ? ({ kind: 'exact', path: '/.fairway-quarantined' } as const) : match.path
  return { path, headers: [], query: [] }
}

/**
 * The smallest set found whose absence makes the rest acceptable: each half is tried on top of what is known to be good.
 * About log2(n) attempts per offender. Undefined when not even leaving out everything helps.
 */
export async function findOffenders(
  units: readonly Unit[],
  accepts: (kept: ReadonlySet<Unit>) => Promise<boolean>,
): Promise<ReadonlySet<Unit> | undefined> {
  const good = new Set<Unit>()
  const offenders = new Set<Unit>()
  if (!(await accepts(good))) return undefined
  const visit = async (part: readonly Unit[]): Promise<void> => {
    if (part.length === 0) return
    if (await accepts(new Set([...good, ...part]))) {
      for (const unit of part) good.add(unit)
      return
    }
    const [only] = part
    if (part.length === 1 && only !== undefined) {
      offenders.add(only)
      return
    }
    const middle = Math.ceil(part.length / 2)
    await visit(part.slice(0, middle))
    await visit(part.slice(middle))
  }
  await visit(units)
  return offenders
}
