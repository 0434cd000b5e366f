// Who has an address and port that several Services claim?
import { compareDiagnostics, type Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { Address } from '../../net/address.ts'
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

interface Claim {
  readonly service: ServiceModel
  readonly frontend: FrontendModel
}

/**
 * The older Service wins, and the lower key among equally old ones, so that every node decides alike. A node port is claimed on
 * each of `nodeAddresses`.
 */
export function settleFrontends(services: readonly ServiceModel[], nodeAddresses: Iterable<Address> = []): Settlement {
  const owners = new Map<string, Claim>()
  const losers = new Map<string, Set<FrontendModel>>()
  const diagnostics: Diagnostic[] = []

  /** Returns the winner. */
  const contend = (place: string, held: Claim, claim: Claim): Claim => {
    const [winner, loser] = isOlder(claim.service, held.service) ? [claim, held] : [held, claim]
    const lost = losers.get(loser.service.key) ?? new Set()
    losers.set(loser.service.key, lost.add(loser.frontend))
    // A Service that lists one address as load balancer and as external address claims it twice; no harm is done.
    if (winner.service !== loser.service) diagnostics.push(clash(place, winner.service, loser.service))
    return winner
  }

  for (const service of services) {
    for (const frontend of service.frontends) {
      const place = describeFrontend(frontend)
      const [held, claim] = [owners.get(place), { service, frontend }]
      owners.set(place, held === undefined ? claim : contend(place, held, claim))
    }
  }
  for (const claim of claimsOn(new Set(nodeAddresses), owners.values())) {
    const { protocol, port } = claim.frontend
    const nodePort = describeFrontend({ kind: 'node-port', protocol, port, portIndex: 0 })
    const held = owners.get(nodePort)
    if (held !== undefined && contend(describeFrontend(claim.frontend), held, claim) === claim) owners.delete(nodePort)
  }
  return { losers, diagnostics: diagnostics.sort(compareDiagnostics) }
}

/** External and load-balancer addresses that are a node's own, the oldest claim first. */
function claimsOn(addresses: ReadonlySet<Address>, claims: Iterable<Claim>): readonly Claim[] {
  if (addresses.size === 0) return []
  return [...claims]
    .filter(({ frontend }) => frontend.kind !== 'node-port' && addresses.has(frontend.address))
    .sort((a, b) => (isOlder(a.service, b.service) ? -1 : 1))
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
