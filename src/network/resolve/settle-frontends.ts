// Who has an address and port that several Services claim?
import { compareDiagnostics, type Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { FrontendModel, ServiceModel } from '../model.ts'

export interface Settlement {
  /** The Services that lost a claim, without it; by key. */
  readonly losers: ReadonlyMap<string, ReadonlySet<FrontendModel>>
  readonly diagnostics: readonly Diagnostic[]
}

/** The same text for the same place, whatever the kind of claim. */
export function describeFrontend(frontend: FrontendModel): string {
  const { protocol, port } = frontend
  if (frontend.kind === 'node-port') return `node port ${port}/${protocol}`
  return frontend.address.includes(':')
    ? `[${frontend.address}]:${port}/${protocol}`
    : `${frontend.address}:${port}/${protocol}`
}

/** The older Service wins, and the lower key among equally old ones, so that every node decides alike. */
export function settleFrontends(services: readonly ServiceModel[]): Settlement {
  const owners = new Map<string, { service: ServiceModel; frontend: FrontendModel }>()
  const losers = new Map<string, Set<FrontendModel>>()
  const diagnostics: Diagnostic[] = []
  for (const service of services) {
    for (const frontend of service.frontends) {
      const place = describeFrontend(frontend)
      const held = owners.get(place)
      if (held === undefined) {
        owners.set(place, { service, frontend })
        continue
      }
      const [winner, loser] = isOlder(service, held.service)
        ? [{ service, frontend }, held]
        : [held, { service, frontend }]
      owners.set(place, winner)
      const lost = losers.get(loser.service.key) ?? new Set()
      lost.add(loser.frontend)
      losers.set(loser.service.key, lost)
      // A Service that lists one address as load balancer and as external address claims it twice; no harm is done.
      if (winner.service !== loser.service) diagnostics.push(clash(place, winner.service, loser.service))
    }
  }
  return { losers, diagnostics: diagnostics.sort(compareDiagnostics) }
}

function isOlder(a: ServiceModel, b: ServiceModel): boolean {
  return a.createdMs !== b.createdMs ? a.createdMs < b.createdMs : a.key < b.key
}

function clash(place: string, winner: ServiceModel, loser: ServiceModel): Diagnostic {
  return {
    code: 'FW304',
    severity: 'error',
    object: `Service/${loser.key}`,
    message: `Service ${loser.key} claims ${place}, which Service ${winner.key} has already`,
    why: 'A packet can go to one of them only; the older Service keeps the place.',
    fix: `Give Service ${loser.key} another port or address.`,
  }
}
