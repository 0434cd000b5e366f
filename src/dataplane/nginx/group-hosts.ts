// Which hosts can share one server block: those that differ in nothing but the upstreams they forward to.
import { isWildcard, suffixOf } from '../../network/routing/host.ts'
import type { Forward, HostRoutes } from '../../network/routing.ts'
import { type CertificateId, certificateFor } from './certificates.ts'
import { type LocationPlan, planLocations, planRedirect, type Step } from './plan-locations.ts'

/** How the names of a group are matched: whole names, wildcards of one label below so many labels, of any depth, or everything. */
export type NameKind = 'exact' | `below-${number}` | 'deep' | 'any'

export interface ServerGroup {
  readonly names: NameKind
  readonly hosts: readonly string[]
  readonly http: boolean
  readonly https?: CertificateId
  /** A forward to one upstream and nothing else has the id of its slot in place of the upstream's. */
  readonly locations: readonly LocationPlan[]
  /** Per slot, the upstream block of each host, in the order of `hosts`. */
  readonly slots: readonly (readonly string[])[]
}

interface HostServer {
  readonly host: string
  readonly http: boolean
  readonly https?: CertificateId
  readonly locations: readonly LocationPlan[]
  readonly slots: readonly string[]
  readonly shape: string
}

/** Marks a slot; no upstream can be called so, because ids hold no colon. */
const slotPrefix = 'slot:'

export function slotOf(upstream: string): number | undefined {
  return upstream.startsWith(slotPrefix) ? Number(upstream.slice(slotPrefix.length)) : undefined
}

/**
 * A server block of its own costs a host 58 kB and 0.1 ms of each reload, a shared one costs each of its requests a look-up (3 %): up
 * to this many hosts the requests weigh more. Hosts that lead to the same upstreams share a block in any case.
 */
const separateHosts = 256

/** Upstream id → the id of the block that serves it; an upstream without endpoints has none. */
export type Blocks = ReadonlyMap<string, string>

export interface GroupOptions {
  /** False when wildcard names must be compared as patterns, one by one. */
  readonly mergeWildcards: boolean
}

export function groupHosts(
  hosts: readonly HostRoutes[],
  { blocks, mergeWildcards }: GroupOptions & { readonly blocks: Blocks },
): ServerGroup[] {
  const servers = hosts.flatMap(entry => serversOf(entry, blocks))
  const groups = Map.groupBy(servers, server => {
    if (isWildcard(server.host) && !mergeWildcards) return JSON.stringify([server.shape, server.host])
    return hosts.length <= separateHosts ? JSON.stringify([server.shape, server.slots]) : server.shape
  })
  return [...groups.values()].map((members): ServerGroup => {
    const first = members[0] as HostServer
    return {
      names: nameKind(first.host),
      hosts: members.map(member => member.host),
      http: first.http,
      ...(first.https !== undefined && { https: first.https }),
      locations: first.locations,
      slots: first.slots.map((_, index) => members.map(member => member.slots[index] ?? '')),
    }
  })
}

function nameKind(host: string): NameKind {
  if (host === '*') return 'any'
  if (host.startsWith('**.')) return 'deep'
  return host.startsWith('*.') ? `below-${suffixOf(host).split('.').length}` : 'exact'
}

/** One server for both protocols where they say the same, otherwise one for each. */
function serversOf(entry: HostRoutes, blocks: Blocks): HostServer[] {
  const routes = entry.routes
  const plain = routes.filter(route => route.match.scheme !== 'https')
  const secure = routes.filter(route => route.match.scheme !== 'http')
  const https = planLocations(secure)
  const http = entry.redirectToHttps
    ? planRedirect(plain, { keepsSlash: entry.redirectKeepsSlash })
    : planLocations(plain)
  const certificate = certificateFor(entry).id
  if (JSON.stringify(http) === JSON.stringify(https)) {
    return [withSlots({ host: entry.host, http: true, https: certificate, locations: https }, blocks)]
  }
  return [
    withSlots({ host: entry.host, http: true, locations: http }, blocks),
    withSlots({ host: entry.host, http: false, https: certificate, locations: https }, blocks),
  ]
}

function withSlots(server: Omit<HostServer, 'slots' | 'shape'>, blocks: Blocks): HostServer {
  const slots: string[] = []
  const locations = server.locations.map(location => ({
    ...location,
    options: location.options.map(option => ({ ...option, step: slotted(option.step, { slots, blocks }) })),
  }))
  const { host: _, ...same } = { ...server, locations }
  return { ...server, locations, slots, shape: JSON.stringify([nameKind(server.host), same]) }
}

function slotted(step: Step, { slots, blocks }: { readonly slots: string[]; readonly blocks: Blocks }): Step {
  if (step.action.kind !== 'forward') return step
  const block = blocks.get(onlyUpstream(step.action) ?? '')
  if (block === undefined) return step
  const known = slots.indexOf(block)
  const slot = known < 0 ? slots.push(block) - 1 : known
  // What was matched only matters to a rewrite, and there is none.
  return { action: { ...step.action, backends: [{ upstream: `${slotPrefix}${slot}`, weight: 1 }] }, matched: '/' }
}

/** The upstream of a forward that changes nothing about the request. */
function onlyUpstream(action: Forward): string | undefined {
  const [only, other] = action.backends.filter(backend => backend.weight > 0)
  if (only === undefined || other !== undefined || !('upstream' in only)) return undefined
  const isPlain =
    action.requestHeaders.length === 0 && action.responseHeaders.length === 0 && action.rewrite === undefined
  return isPlain ? only.upstream : undefined
}
