// What does the old Endpoints object of a Service say, which `kubectl get endpoints` still shows?
import type { IEndpointSubset } from 'kubernetes-models/v1/EndpointSubset'
import type { Endpoints } from '../../objects/kinds/endpoints.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import type { Immutable } from '../../objects/object.ts'
import { sameJson } from '../../objects/same.ts'
import { isPodFinished, isPodReady, isPodTerminating } from '../framework/pod-state.ts'
import { headlessLabel } from './plan-slices.ts'
import {
  addressTypesOf,
  type EndpointPort,
  endpointHostname,
  isHeadless,
  podAddress,
  podPorts,
} from './pod-endpoint.ts'

type Subset = Immutable<IEndpointSubset>
type Address = NonNullable<Subset['addresses']>[number]

/** Beyond this the list is cut, and says so in an annotation. */
const longestList = 1000
const capacityAnnotation = 'endpoints.kubernetes.io/over-capacity'
const managedByLabel = 'endpoints.kubernetes.io/managed-by'

/** The object as it should be; the same object when nothing changed. */
export function planEndpoints(service: Service, pods: Iterable<Pod>, held: Endpoints | undefined): Endpoints {
  const { subsets, isCut } = buildSubsets(service, pods)
  const { [headlessLabel]: _, ...labels } = service.metadata.labels ?? {}
  const { [capacityAnnotation]: __, ...annotations } = held?.metadata.annotations ?? {}
  const { namespace, name } = service.metadata
  const after: Endpoints = {
    ...(held ?? { apiVersion: 'v1', kind: 'Endpoints' }),
    metadata: {
      ...(held?.metadata ?? { name, ...(namespace === undefined ? {} : { namespace }) }),
      labels: {
        ...labels,
        [managedByLabel]: 'endpoint-controller',
        ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
      },
      ...(isCut || Object.keys(annotations).length > 0
        ? { annotations: { ...annotations, ...(isCut ? { [capacityAnnotation]: 'truncated' } : {}) } }
        : {}),
    },
    subsets,
  }
  const shown = held === undefined || held.subsets !== undefined ? held : { ...held, subsets: [] }
  return held !== undefined && sameJson(shown, after) ? held : after
}

function buildSubsets(service: Service, pods: Iterable<Pod>): { subsets: readonly Subset[]; isCut: boolean } {
  const type = addressTypesOf(service)[0] ?? 'IPv4'
  const groups = new Map<string, { ports: readonly EndpointPort[]; ready: Address[]; notReady: Address[] }>()
  let count = 0
  const sorted = [...pods]
    .map(pod => ({ pod, address: podAddress(pod, type) }))
    .sort((a, b) => compareText(a.address ?? '', b.address ?? ''))
  for (const { pod, address } of sorted) {
    // Terminating pods are listed only where not-ready ones are wanted anyway.
    const isLeaving = isPodTerminating(pod) && service.spec?.publishNotReadyAddresses !== true
    if (address === undefined || isPodFinished(pod) || isLeaving) continue
    if (++count > longestList) continue
    const ports = podPorts(service, pod)
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue
    const key = JSON.stringify(ports)
    const group = groups.get(key) ?? { ports, ready: [], notReady: [] }
    groups.set(key, group)
    const isReady = service.spec?.publishNotReadyAddresses === true || isPodReady(pod)
    ;(isReady ? group.ready : group.notReady).push(describe(service, pod, address))
  }
  const subsets = [...groups.values()].map(({ ports, ready, notReady }) => ({
    ...(ready.length === 0 ? {} : { addresses: ready }),
    ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
    ...(ports.length === 0
      ? {}
      : { ports: ports.map(port => ({ ...nameOf(port), port: port.port ?? 0, ...restOf(port) })) }),
  }))
  return { subsets, isCut: count > longestList }
}

/** An unnamed port has no name here, where in a slice it has an empty one. */
function nameOf({ name }: EndpointPort) {
  return name === undefined || name === '' ? {} : { name }
}

function restOf({ protocol, appProtocol }: EndpointPort) {
  return { protocol: protocol ?? 'TCP', ...(appProtocol === undefined ? {} : { appProtocol }) }
}

function describe(service: Service, pod: Pod, ip: string): Address {
  const { name, namespace, uid } = pod.metadata
  const hostname = endpointHostname(service, pod)
  return {
    ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', name, ...(namespace && { namespace }), ...(uid && { uid }) },
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
