// As which endpoint does a pod stand behind a Service, and on which ports?
import type { IEndpoint } from 'kubernetes-models/discovery.k8s.io/v1/Endpoint'
import type { IEndpointPort } from 'kubernetes-models/discovery.k8s.io/v1/EndpointPort'
import { familyOf, parseAddress } from '../../net/address.ts'
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import type { Immutable } from '../../objects/object.ts'
import { isPodFinished, isPodReady, isPodTerminating } from '../framework/pod-state.ts'

export type Endpoint = Immutable<IEndpoint>
export type EndpointPort = Immutable<IEndpointPort>
export type AddressType = 'IPv4' | 'IPv6'
type ServicePort = NonNullable<NonNullable<Service['spec']>['ports']>[number]

export function isHeadless(service: Service): boolean {
  return service.spec?.clusterIP === 'None'
}

/** The families for which slices are kept. */
export function addressTypesOf(service: Service): readonly AddressType[] {
  const families = service.spec?.ipFamilies ?? []
  const types = families.filter(family => family === 'IPv4' || family === 'IPv6')
  if (types.length > 0) return types
  return [service.spec?.clusterIP?.includes(':') ? 'IPv6' : 'IPv4']
}

/** The pod's address of this family; undefined while it has none. */
export function podAddress(pod: Pod, type: AddressType): string | undefined {
  const listed = (pod.status?.podIPs ?? []).map(({ ip }) => ip)
  const texts = listed.length > 0 ? listed : [pod.status?.podIP]
  for (const text of texts) {
    const parsed = parseAddress(text ?? '')
    if (parsed !== undefined && familyOf(parsed) === (type === 'IPv4' ? 4 : 6)) return parsed
  }
  return undefined
}

/** Undefined when the pod cannot stand behind any Service: finished, or without an address of the family. */
export function podEndpoint(
  service: Service,
  pod: Pod,
  { type, node }: { readonly type: AddressType; readonly node: Node | undefined },
): Endpoint | undefined {
  const address = podAddress(pod, type)
  if (address === undefined || isPodFinished(pod)) return undefined
  const serving = isPodReady(pod)
  const terminating = isPodTerminating(pod)
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating)
  const { name, namespace, uid } = pod.metadata
  const zone = node?.metadata.labels?.['topology.kubernetes.io/zone']
  const hostname = endpointHostname(service, pod)
  return {
    addresses: [address],
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', name, ...(namespace && { namespace }), ...(uid && { uid }) },
    ...(zone === undefined ? {} : { zone }),
  }
}

/** A pod has a name of its own under the Service only when its subdomain is the Service. */
export function endpointHostname(service: Service, pod: Pod): string | undefined {
  const { hostname, subdomain } = pod.spec ?? {}
  return hostname && subdomain === service.metadata.name ? hostname : undefined
}

/** The Service's ports as this pod answers them; a named target port that the pod lacks is left out. */
export function podPorts(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports: EndpointPort[] = []
  for (const servicePort of service.spec?.ports ?? []) {
    const port = targetPort(servicePort, pod)
    if (port === undefined) continue
    ports.push({
      name: servicePort.name ?? '',
      port,
      protocol: servicePort.protocol ?? 'TCP',
      ...(servicePort.appProtocol === undefined ? {} : { appProtocol: servicePort.appProtocol }),
    })
  }
  return ports
}

function targetPort(servicePort: ServicePort, pod: Pod): number | undefined {
  const target = servicePort.targetPort ?? servicePort.port
  if (typeof target === 'number') return target === 0 ? servicePort.port : target
  if (target === '') return servicePort.port
  const protocol = servicePort.protocol ?? 'TCP'
  // Sidecars are init containers that keep running; their ports count.
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const { ports = [] } of [...(pod.spec?.containers ?? []), ...sidecars]) {
    const named = ports.find(port => port.name === target && (port.protocol ?? 'TCP') === protocol)
    if (named !== undefined) return named.containerPort
  }
  return undefined
}
