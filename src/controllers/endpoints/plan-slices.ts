// Which EndpointSlices must be written so that they say who stands behind a Service?
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { sameJson } from '../../objects/same.ts'
import { controllerReference } from '../framework/owner-references.ts'
import {
  type AddressType,
  addressTypesOf,
  type Endpoint,
  type EndpointPort,
  isHeadless,
  podEndpoint,
  podPorts,
} from './pod-endpoint.ts'

export const serviceNameLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
export const managedBy = 'endpointslice-controller.k8s.io'
export const headlessLabel = 'service.kubernetes.io/headless'
const endpointsPerSlice = 100

export interface SlicePlan {
  /** Without a name: the writer gives one. */
  readonly create: readonly EndpointSlice[]
  readonly update: readonly { readonly before: EndpointSlice; readonly after: EndpointSlice }[]
  readonly remove: readonly EndpointSlice[]
}

export interface SliceFacts {
  /** The pods that the Service selects. */
  readonly pods: Iterable<Pod>
  readonly nodeOf: (name: string) => Node | undefined
  /** The slices that this controller made for the Service. */
  readonly slices: Iterable<EndpointSlice>
}

interface Group {
  readonly ports: readonly EndpointPort[]
  readonly wanted: Map<string, Endpoint>
}

/** Endpoints stay in the slice they are in, so that a change of one pod changes one slice. */
export function planSlices(service: Service, facts: SliceFacts): SlicePlan {
  const plan = {
    create: [] as EndpointSlice[],
    update: [] as SlicePlan['update'][number][],
    remove: [] as EndpointSlice[],
  }
  const types = addressTypesOf(service)
  const held = [...facts.slices]
  plan.remove.push(...held.filter(slice => !types.some(type => type === slice.addressType)))
  const pods = [...facts.pods]
  for (const type of types) {
    const groups = groupByPorts(service, pods, { type, nodeOf: facts.nodeOf })
    const mine = held.filter(slice => slice.addressType === type)
    const kept = new Map<EndpointSlice, Endpoint[]>()
    for (const slice of mine) {
      const group = groups.get(portsKey(slice.ports ?? []))
      const endpoints: Endpoint[] = []
      for (const endpoint of slice.endpoints ?? []) {
        const id = idOf(endpoint)
        const wanted = group?.wanted.get(id)
        if (wanted === undefined) continue
        endpoints.push(sameJson(wanted, endpoint) ? endpoint : wanted)
        group?.wanted.delete(id)
      }
      kept.set(slice, endpoints)
    }
    for (const [key, { ports, wanted }] of groups) {
      const rest = [...wanted.values()]
      const roomy = mine.filter(slice => portsKey(slice.ports ?? []) === key && (kept.get(slice)?.length ?? 0) > 0)
      for (const slice of roomy) {
        const endpoints = kept.get(slice)
        endpoints?.push(...rest.splice(0, endpointsPerSlice - endpoints.length))
      }
      // Slices that emptied may carry what is left; their ports are the same already.
      for (const slice of mine.filter(slice => portsKey(slice.ports ?? []) === key && !roomy.includes(slice))) {
        kept.get(slice)?.push(...rest.splice(0, endpointsPerSlice))
      }
      while (rest.length > 0)
        plan.create.push(build(service, { type, ports, endpoints: rest.splice(0, endpointsPerSlice) }))
    }
    const filled = mine.filter(slice => (kept.get(slice)?.length ?? 0) > 0)
    const isEmpty = filled.length === 0 && !plan.create.some(slice => slice.addressType === type)
    // Without any endpoint one empty slice stays, so that "nobody" can be told from "not known yet".
    const placeholder = isEmpty ? mine[0] : undefined
    if (isEmpty && placeholder === undefined) plan.create.push(build(service, { type, ports: [], endpoints: [] }))
    for (const slice of mine) {
      if (!filled.includes(slice) && slice !== placeholder) plan.remove.push(slice)
      else {
        const after = refresh(service, slice, kept.get(slice) ?? [])
        if (!sameJson(after, slice)) plan.update.push({ before: slice, after })
      }
    }
  }
  return plan
}

function groupByPorts(
  service: Service,
  pods: readonly Pod[],
  { type, nodeOf }: { readonly type: AddressType; readonly nodeOf: SliceFacts['nodeOf'] },
): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const pod of pods) {
    const node = pod.spec?.nodeName === undefined ? undefined : nodeOf(pod.spec.nodeName)
    const endpoint = podEndpoint(service, pod, { type, node })
    if (endpoint === undefined) continue
    const ports = podPorts(service, pod)
    // A pod that serves none of the ports is no endpoint; a headless Service may have no ports at all.
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue
    const key = portsKey(ports)
    const group = groups.get(key) ?? { ports, wanted: new Map<string, Endpoint>() }
    groups.set(key, group)
    group.wanted.set(idOf(endpoint), endpoint)
  }
  return groups
}

function build(
  service: Service,
  content: {
    readonly type: AddressType
    readonly ports: readonly EndpointPort[]
    readonly endpoints: readonly Endpoint[]
  },
): EndpointSlice {
  const { name, namespace } = service.metadata
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(services, service)],
    },
    addressType: content.type,
    endpoints: content.endpoints,
    ports: content.ports,
  }
}

function refresh(service: Service, slice: EndpointSlice, endpoints: readonly Endpoint[]): EndpointSlice {
  return { ...slice, metadata: { ...slice.metadata, labels: sliceLabels(service) }, endpoints }
}

/** The Service's own labels travel along, except those that say what a slice is. */
function sliceLabels(service: Service): Readonly<Record<string, string>> {
  const labels: Record<string, string> = { ...service.metadata.labels }
  delete labels[headlessLabel]
  labels[serviceNameLabel] = service.metadata.name
  labels[managedByLabel] = managedBy
  if (isHeadless(service)) labels[headlessLabel] = ''
  return labels
}

function idOf(endpoint: Endpoint): string {
  return `${endpoint.targetRef?.uid ?? endpoint.targetRef?.name ?? ''} ${endpoint.addresses[0] ?? ''}`
}

/** The same for lists of ports that say the same. */
export function portsKey(ports: readonly EndpointPort[]): string {
  return ports
    .map(({ name, port, protocol, appProtocol }) => JSON.stringify([name ?? '', port, protocol ?? 'TCP', appProtocol]))
    .sort()
    .join()
}
