// Which node answers on the LAN for each load-balancer address? Exactly one does, or none.
import { type Address, compareAddresses } from '../../net/address.ts'
import type { CiliumL2AnnouncementPolicy } from '../../objects/kinds/cilium-l2-announcement-policy.ts'
import { matchesLabels } from '../../objects/selector.ts'
import type { Announcement, NodeModel, ServiceModel } from '../model.ts'
import { usableEndpoints } from '../resolve/usable-endpoints.ts'
import { rendezvous } from './rendezvous.ts'
import { selectableLabels } from './synthetic-labels.ts'

export interface AnnouncerQuestion {
  readonly services: readonly ServiceModel[]
  readonly nodes: readonly NodeModel[]
  /** Without any, every load-balancer address is announced, from any node. */
  readonly policies: readonly CiliumL2AnnouncementPolicy[]
  /** Who announces now; a holder stays as long as it may. */
  readonly previous: readonly Announcement[]
}

/** Classes whose addresses are announced in layer 2; a Service without a class has them too. */
const announcedClasses = new Set(['io.cilium/l2-announcer'])

/** Sorted by address. An address whose every node is out of the question is left out: nobody may answer for it. */
export function chooseAnnouncers(question: AnnouncerQuestion): readonly Announcement[] {
  const { previous } = question
  const candidates = candidatesOf(question)
  const holders = new Map(previous.map(announcement => [announcement.address, announcement]))
  const chosen: Announcement[] = []
  for (const [address, services] of claimsOf(question)) {
    const eligible = eligibleFor({ address, services, policies: question.policies }, candidates)
    const holder = holders.get(address)
    const stays = holder !== undefined && eligible.some(node => node.name === holder.node)
    const node = stays
      ? holder.node
      : rendezvous(
          address,
          eligible.map(({ name }) => name),
        )
    if (node === undefined) continue
    const keys = services.map(({ key }) => key)
    const isSame = stays && isSameList(holder.services, keys)
    chosen.push(isSame ? holder : { address, node, services: keys })
  }
  chosen.sort((a, b) => compareAddresses(a.address, b.address))
  return isSameList(previous, chosen) ? previous : chosen
}

/** The nodes of which one answers for the address; none for an address that nobody may announce. */
export function eligibleAnnouncers(address: Address, question: AnnouncerQuestion): readonly NodeModel[] {
  const services = claimsOf(question).get(address) ?? []
  return eligibleFor({ address, services, policies: question.policies }, candidatesOf(question))
}

interface Candidates {
  readonly willing: readonly NodeModel[]
  readonly healthy: readonly NodeModel[]
}

function candidatesOf({ nodes }: AnnouncerQuestion): Candidates {
  const healthy = nodes.filter(node => node.ready)
  return { healthy, willing: healthy.filter(node => node.announces) }
}

/** A drained node hands over, unless there is nobody to hand over to: better served from a cordoned node than not. */
function eligibleFor(shared: SharedAddress, { willing, healthy }: Candidates): readonly NodeModel[] {
  return firstOf(
    () => nodesFor(shared, willing),
    () => nodesFor(shared, healthy),
  )
}

/** The announced addresses with the Services that own them, these in order of their keys. */
function claimsOf({ services, policies }: AnnouncerQuestion): ReadonlyMap<Address, readonly ServiceModel[]> {
  const claims = new Map<Address, ServiceModel[]>()
  for (const service of services) {
    if (service.loadBalancerIPs.length === 0 && service.externalIPs.length === 0) continue
    if (service.loadBalancerClass !== undefined && !announcedClasses.has(service.loadBalancerClass)) continue
    for (const address of announcedAddresses(service, policies)) {
      const owners = claims.get(address)
      if (owners === undefined) claims.set(address, [service])
      else owners.push(service)
    }
  }
  return claims
}

function announcedAddresses(
  service: ServiceModel,
  policies: readonly CiliumL2AnnouncementPolicy[],
): readonly Address[] {
  if (policies.length === 0) return service.loadBalancerIPs
  const addresses = [...new Set([...service.loadBalancerIPs, ...service.externalIPs])]
  return addresses.filter(address => policiesFor(address, service, policies).length > 0)
}

/** The policies that want this address of the Service announced. One that asks for neither kind of address does nothing. */
function policiesFor(
  address: Address,
  service: ServiceModel,
  policies: readonly CiliumL2AnnouncementPolicy[],
): readonly CiliumL2AnnouncementPolicy[] {
  return policies.filter(({ spec }) => {
    const covers =
      (spec?.loadBalancerIPs === true && service.loadBalancerIPs.includes(address)) ||
      (spec?.externalIPs === true && service.externalIPs.includes(address))
    const selector = spec?.serviceSelector
    return covers && (selector === undefined || matchesLabels(selector, selectableLabels(service)))
  })
}

interface SharedAddress {
  readonly address: Address
  readonly services: readonly ServiceModel[]
  readonly policies: readonly CiliumL2AnnouncementPolicy[]
}

/** For a shared address: nodes that suit all its Services, else those that suit the most of them. */
function nodesFor(shared: SharedAddress, nodes: readonly NodeModel[]): readonly NodeModel[] {
  let best: readonly NodeModel[] = []
  let most = 0
  for (const node of nodes) {
    const suited = shared.services.filter(service => isSuited(node, service, shared)).length
    if (suited > most) [best, most] = [[], suited]
    if (suited === most && suited > 0) best = [...best, node]
  }
  return best
}

function isSuited(node: NodeModel, service: ServiceModel, { address, policies }: SharedAddress): boolean {
  if (policies.length > 0) {
    const selected = policiesFor(address, service, policies).some(
      ({ spec }) => spec?.nodeSelector === undefined || matchesLabels(spec.nodeSelector, node.labels),
    )
    if (!selected) return false
  }
  if (service.externalTrafficPolicy === 'Cluster') return true
  return service.ports.some(port => usableEndpoints(port, { policy: 'Local', node: node.name }).length > 0)
}

function firstOf<T>(...attempts: readonly (() => readonly T[])[]): readonly T[] {
  for (const attempt of attempts) {
    const list = attempt()
    if (list.length > 0) return list
  }
  return []
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}
