// Plan → the elements of sets and maps.
import { hash } from '../../network/load-balancer/rendezvous.ts'
import { chainName } from './chains.ts'
import type { Backend, FamilyPlan, FrontendPlan } from './plan.ts'
import type { Element, Place } from './ruleset.ts'
import { keepSourceBit, verdictOf } from './verdict.ts'

export function frontendElements(frontend: FrontendPlan): readonly Element[] {
  const { address, protocol, port, family, backends, outside, allowed, stickySeconds } = frontend
  const place: Place = { address, protocol, port }
  const elements: Element[] = [{ set: 'frontends', place, chain: chainName(verdictOf(frontend), family) }]
  const isSticky = stickySeconds !== undefined
  addBackends(elements, place, { backends, base: 0, isSticky })
  if (outside !== undefined) addBackends(elements, place, { backends: outside, base: keepSourceBit, isSticky })
  for (const range of allowed ?? []) elements.push({ set: 'allowed', place, range })
  return elements
}

interface Numbered {
  readonly backends: readonly Backend[]
  readonly base: number
  readonly isSticky: boolean
}

function addBackends(elements: Element[], place: Place, { backends, base, isSticky }: Numbered): void {
  const tickets = isSticky ? ticketsOf(backends) : undefined
  for (const [slot, backend] of backends.entries()) {
    const ticket = tickets?.[slot]
    if (ticket !== undefined) elements.push({ set: 'tickets', place, number: base + slot, ticket: base + ticket })
    elements.push({ set: 'backends', place, number: base + (ticket ?? slot), backend })
  }
}

const firstTicket = 0x4000_0000
const lastTicket = 0x7fff_ffff

/** A ticket depends on the backend alone, so that it survives every renumbering; only two equal hashes make one step aside. */
function ticketsOf(backends: readonly Backend[]): readonly number[] {
  const taken = new Map<number, Backend>()
  const order = [...backends].sort((a, b) => (describe(a) < describe(b) ? -1 : 1))
  for (const backend of order) {
    let ticket = firstTicket + (hash(describe(backend)) % (lastTicket - firstTicket + 1))
    while (taken.has(ticket)) ticket = ticket === lastTicket ? firstTicket : ticket + 1
    taken.set(ticket, backend)
  }
  const byBackend = new Map([...taken].map(([ticket, backend]) => [backend, ticket]))
  return backends.map(backend => byBackend.get(backend) ?? firstTicket)
}

function describe({ address, port }: Backend): string {
  return `${address} ${port}`
}

/** Those that are compared one by one; interval sets are replaced whole, see `rangeElements`. */
export function addressElements({ virtual, localPods }: FamilyPlan): readonly Element[] {
  return [
    ...virtual.map((address): Element => ({ set: 'virtual', address })),
    ...localPods.map((address): Element => ({ set: 'hairpin', address })),
  ]
}

export const rangeSets = ['inside', 'local', 'pod-sources', 'near', 'service-ranges'] as const

export function rangeElements(family: FamilyPlan, set: (typeof rangeSets)[number]): readonly Element[] {
  const ranges = {
    inside: family.inside,
    local: family.local,
    'pod-sources': family.podSources,
    near: family.near,
    'service-ranges': family.serviceRanges,
  }[set]
  return ranges.map(range => ({ set, range }))
}
