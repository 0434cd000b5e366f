// Which EndpointSlices say the same as an Endpoints object that somebody wrote by hand?
import { familyOf, parseAddress } from '../../net/address.ts'
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import { type Endpoints, endpoints as endpointsKind } from '../../objects/kinds/endpoints.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { sameJson } from '../../objects/same.ts'
import { controllerReference } from '../framework/owner-references.ts'
import { managedByLabel, portsKey, type SlicePlan, serviceNameLabel } from './plan-slices.ts'
import type { AddressType, Endpoint, EndpointPort } from './pod-endpoint.ts'

export const mirroredBy = 'endpointslicemirroring-controller.k8s.io'
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror'
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader'
/** As upstream: of a longer list the rest is left out. */
const mostEndpoints = 1000

/** Only for Services without a selector: those of others have slices of their own. */
export function isMirrored(endpoints: Endpoints, service: Service | undefined): boolean {
  const { labels, annotations, deletionTimestamp } = endpoints.metadata
  return (
    service !== undefined &&
    service.metadata.deletionTimestamp === undefined &&
    Object.keys(service.spec?.selector ?? {}).length === 0 &&
    deletionTimestamp === undefined &&
    labels?.[skipLabel] !== 'true' &&
    annotations?.[leaderAnnotation] === undefined
  )
}

interface Group {
  readonly type: AddressType
  readonly ports: readonly EndpointPort[]
  readonly endpoints: Endpoint[]
}

/** One slice for each family and list of ports; those that are there already are changed in place. */
export function planMirror(endpoints: Endpoints, slices: Iterable<EndpointSlice>): SlicePlan {
  const groups = groupsOf(endpoints)
  const update: SlicePlan['update'][number][] = []
  const remove: EndpointSlice[] = []
  for (const slice of slices) {
    const key = groupKey(slice.addressType, slice.ports ?? [])
    const group = groups.get(key)
    groups.delete(key)
    if (group === undefined) {
      remove.push(slice)
      continue
    }
    const after = { ...slice, metadata: { ...slice.metadata, labels: labelsOf(endpoints) }, endpoints: group.endpoints }
    if (!sameJson(after, slice)) update.push({ before: slice, after })
  }
  const create = [...groups.values()].map(group => build(endpoints, group))
  return { create, update, remove }
}

function groupsOf({ subsets = [] }: Endpoints): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const named = ports.map(
      ({ name = '', port, protocol = 'TCP', appProtocol }): EndpointPort => ({
        name,
        port,
        protocol,
        ...(appProtocol === undefined ? {} : { appProtocol }),
      }),
    )
    const all = [
      ...addresses.map(address => ({ address, ready: true })),
      ...notReadyAddresses.map(address => ({ address, ready: false })),
    ]
    for (const { address, ready } of all) {
      const parsed = parseAddress(address.ip)
      if (parsed === undefined) continue
      const type = familyOf(parsed) === 4 ? 'IPv4' : 'IPv6'
      const key = groupKey(type, named)
      const group = groups.get(key) ?? { type, ports: named, endpoints: [] }
      groups.set(key, group)
      if (group.endpoints.length >= mostEndpoints) continue
      const { hostname, nodeName, targetRef } = address
      group.endpoints.push({
        addresses: [parsed],
        conditions: { ready },
        ...(hostname ? { hostname } : {}),
        ...(nodeName ? { nodeName } : {}),
        ...(targetRef === undefined ? {} : { targetRef }),
      })
    }
  }
  return groups
}

function groupKey(type: string, ports: readonly EndpointPort[]): string {
  return `${type} ${portsKey(ports)}`
}

function build(endpoints: Endpoints, { type, ports, endpoints: list }: Group): EndpointSlice {
  const { name, namespace } = endpoints.metadata
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: '',
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: labelsOf(endpoints),
      ownerReferences: [controllerReference(endpointsKind, endpoints)],
    },
    addressType: type,
    endpoints: list,
    ports,
  }
}

function labelsOf({ metadata }: Endpoints): Readonly<Record<string, string>> {
  return { ...metadata.labels, [serviceNameLabel]: metadata.name, [managedByLabel]: mirroredBy }
}
