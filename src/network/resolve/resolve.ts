// Objects → Network: who has which address, which endpoints stand behind it, who announces it.
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { chooseAnnouncers } from '../load-balancer/choose-announcers.ts'
import type { FrontendModel, NamespaceModel, Network, NodeModel, PodModel, ServiceModel } from '../model.ts'
import type { ClusterObjects } from './cluster-objects.ts'
import { indexOfKey } from './index-of-key.ts'
import { isSameNode, resolveNode } from './resolve-node.ts'
import { resolvePod } from './resolve-pod.ts'
import { resolveServiceAlone, withEndpoints } from './resolve-service.ts'
import { type Settlement, settleFrontends } from './settle-frontends.ts'

/**
 * Pure; what an unchanged object gives is remembered by its identity, so a changed EndpointSlice redoes one Service.
 * Lists that come out equal are the very lists of `previous`, and announcers stay where they were as long as they may.
 * `touched` spares a look at every Service: the keys of all whose object or slices differ from those of `previous`.
 */
export function resolve(cluster: ClusterObjects, previous?: Network, touched?: ReadonlySet<string>): Network {
  const { site } = cluster
  const nodes = keep(
    previous?.nodes,
    sortedBy(cluster.nodes, previous?.nodes, node => node.name, resolveNode),
    isSameNode,
  )
  const pods = keep(
    previous?.pods,
    sortedBy(cluster.pods, previous?.pods, pod => pod.key, podOf),
  )
  const claims = resolveServices(cluster, previous?.services, touched)
  const settlement = settle(claims, nodes)
  const services = keep(
    previous?.services,
    settlement.losers.size === 0 ? claims : claims.map(service => withoutLost(service, settlement)),
  )
  if (settlement.losers.size > 0) listsWithLosers.add(services)
  const namespaces = keep(
    previous?.namespaces,
    sortedBy(cluster.namespaces, previous?.namespaces, space => space.name, namespaceOf),
    (a, b) => a.name === b.name && a.labels === b.labels,
  )
  const announcements = chooseAnnouncers({
    services,
    nodes,
    policies: [...cluster.announcementPolicies.values()],
    previous: previous?.announcements ?? [],
  })
  return {
    namespaces,
    hosts: site.hosts,
    nodes,
    pods,
    services,
    announcements,
    podCidrs: site.podCidrs,
    serviceCidrs: site.serviceCidrs,
    lanCidrs: site.lanCidrs,
    diagnostics: settlement.diagnostics,
  }
}

function namespaceOf(namespace: {
  readonly metadata: { readonly name: string; readonly labels?: NamespaceModel['labels'] }
}): NamespaceModel {
  return { name: namespace.metadata.name, labels: namespace.metadata.labels ?? noLabels }
}

const noLabels: NamespaceModel['labels'] = {}

const podModels = new WeakMap<Pod, PodModel>()

function podOf(pod: Pod): PodModel {
  const held = podModels.get(pod)
  if (held !== undefined) return held
  const model = resolvePod(pod)
  podModels.set(pod, model)
  return model
}

interface ResolvedService {
  readonly alone: ServiceModel
  readonly slices: readonly EndpointSlice[]
  readonly model: ServiceModel
}

const serviceModels = new WeakMap<Service, ResolvedService>()
const noSlices: ReadonlySet<EndpointSlice> = new Set()

function resolveServices(
  cluster: ClusterObjects,
  previous: readonly ServiceModel[] | undefined,
  touched: ReadonlySet<string> | undefined,
): readonly ServiceModel[] {
  const slicesOf = cluster.slicesOf ?? gatherSlices(cluster.endpointSlices)
  const build = (service: Service, key: string) => serviceOf(service, slicesOf(key))
  return (
    rebuilt(cluster.services, { previous, touched, build }) ??
    sortedBy(cluster.services, previous, service => service.key, build)
  )
}

/** The previous list with only the touched Services made anew; undefined when Services came, went, or lost a claim. */
function rebuilt(
  services: ClusterObjects['services'],
  known: {
    readonly previous: readonly ServiceModel[] | undefined
    readonly touched: ReadonlySet<string> | undefined
    readonly build: (service: Service, key: string) => ServiceModel
  },
): readonly ServiceModel[] | undefined {
  const { previous, touched, build } = known
  if (previous === undefined || touched === undefined || previous.length !== services.size) return undefined
  if (listsWithLosers.has(previous)) return undefined
  const next = [...previous]
  for (const key of touched) {
    const index = indexOfKey(previous, key)
    const service = services.get(key)
    // Slices may name a Service that is not there.
    if (index === undefined && service === undefined) continue
    if (index === undefined || service === undefined) return undefined
    next[index] = build(service, key)
  }
  return next
}

function serviceOf(service: Service, slices: ReadonlySet<EndpointSlice>): ServiceModel {
  const held = serviceModels.get(service)
  if (held !== undefined && held.slices.length === slices.size && held.slices.every(slice => slices.has(slice))) {
    return held.model
  }
  const alone = held?.alone ?? resolveServiceAlone(service)
  const list = [...slices]
  const model = withEndpoints(alone, list)
  serviceModels.set(service, { alone, slices: list, model })
  return model
}

/** The key of the Service that a slice belongs to. */
export function serviceKeyOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.['kubernetes.io/service-name']
  return name === undefined ? undefined : `${metadata.namespace ?? 'default'}/${name}`
}

function gatherSlices(slices: ReadonlyMap<string, EndpointSlice>): (key: string) => ReadonlySet<EndpointSlice> {
  const groups = new Map<string, Set<EndpointSlice>>()
  for (const slice of slices.values()) {
    const key = serviceKeyOf(slice)
    if (key === undefined) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, new Set([slice]))
    else group.add(slice)
  }
  return key => groups.get(key) ?? noSlices
}

/** Frontends and nodes change far less often than endpoints; the last settlement holds as long as none of them did. */
let settled:
  | {
      readonly frontends: readonly (readonly FrontendModel[])[]
      readonly nodes: readonly NodeModel[]
      readonly result: Settlement
    }
  | undefined

function settle(services: readonly ServiceModel[], nodes: readonly NodeModel[]): Settlement {
  const held = settled
  if (held !== undefined && held.nodes === nodes && held.frontends.length === services.length) {
    if (services.every((service, index) => service.frontends === held.frontends[index])) return held.result
  }
  const result = settleFrontends(
    services,
    nodes.flatMap(({ addresses }) => addresses),
  )
  settled = { frontends: services.map(service => service.frontends), nodes, result }
  return result
}

/** Lists in which a Service lacks what another one has: they must be settled from the start. */
const listsWithLosers = new WeakSet<readonly ServiceModel[]>()

const reduced = new WeakMap<ServiceModel, { readonly lost: ReadonlySet<FrontendModel>; readonly model: ServiceModel }>()

function withoutLost(service: ServiceModel, { losers }: Settlement): ServiceModel {
  const lost = losers.get(service.key)
  if (lost === undefined) return service
  const held = reduced.get(service)
  if (held !== undefined && held.lost === lost) return held.model
  const model = { ...service, frontends: service.frontends.filter(frontend => !lost.has(frontend)) }
  reduced.set(service, { lost, model })
  return model
}

/** Models in order of their keys. While the set of keys stays the same, the order is taken over instead of sorted anew. */
function sortedBy<T extends object, M>(
  objects: ReadonlyMap<string, T>,
  previous: readonly M[] | undefined,
  keyOfModel: (model: M) => string,
  build: (object: T, key: string) => M,
): readonly M[] {
  if (previous !== undefined && previous.length === objects.size) {
    const models: M[] = []
    for (const model of previous) {
      const key = keyOfModel(model)
      const object = objects.get(key)
      if (object === undefined) break
      models.push(build(object, key))
    }
    if (models.length === previous.length) return models
  }
  return [...objects.keys()].sort().flatMap(key => {
    const object = objects.get(key)
    return object === undefined ? [] : [build(object, key)]
  })
}

/** The previous list itself when nothing differs, and the previous items where they are the same. */
function keep<M>(
  previous: readonly M[] | undefined,
  next: readonly M[],
  isSame?: (a: M, b: M) => boolean,
): readonly M[] {
  if (previous === undefined) return next
  const kept =
    isSame === undefined
      ? next
      : next.map((item, index) => {
          const before = previous[index]
          return before !== undefined && isSame(before, item) ? before : item
        })
  return isSameList(previous, kept) ? previous : kept
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index])
}
