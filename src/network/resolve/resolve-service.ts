// What of a Service and its EndpointSlices matters to the network.
import { type Family, familyOf } from '../../net/address.ts'
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { keyOf } from '../../objects/object.ts'
import type { EndpointModel, FrontendModel, Protocol, ServiceModel, ServicePortModel } from '../model.ts'
import { addressesIn, cidrsIn } from './addresses-in.ts'
import { endpointsOfPort, endpointsWithoutPorts } from './resolve-endpoints.ts'

const defaultAffinitySeconds = 10_800

/** Everything that comes from the Service object alone; the endpoints are still missing. */
export function resolveServiceAlone(service: Service): ServiceModel {
  const spec = service.spec ?? {}
  const type = spec.type ?? 'ClusterIP'
  const clusterIPs = type === 'ExternalName' ? [] : addressesIn(spec.clusterIPs ?? [spec.clusterIP])
  const isNone = spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None'
  const createdMs = Date.parse(service.metadata.creationTimestamp ?? '')
  const model: Omit<ServiceModel, 'frontends'> = {
    key: keyOf(service),
    namespace: service.metadata.namespace ?? 'default',
    name: service.metadata.name,
    labels: service.metadata.labels ?? {},
    createdMs: Number.isNaN(createdMs) ? 0 : createdMs,
    type,
    headless: isNone && type !== 'ExternalName',
    clusterIPs,
    families: familiesOf(service),
    // An address in mode Proxy is some other machine's, which must see the traffic (KEP-1860).
    loadBalancerIPs:
      type === 'LoadBalancer'
        ? addressesIn(
            service.status?.loadBalancer?.ingress?.map(({ ip, ipMode }) => (ipMode === 'Proxy' ? undefined : ip)),
          )
        : [],
    ...(spec.loadBalancerClass === undefined ? {} : { loadBalancerClass: spec.loadBalancerClass }),
    externalIPs: addressesIn(spec.externalIPs),
    ...(type === 'ExternalName' && spec.externalName !== undefined ? { externalName: spec.externalName } : {}),
    externalTrafficPolicy: spec.externalTrafficPolicy ?? 'Cluster',
    internalTrafficPolicy: spec.internalTrafficPolicy ?? 'Cluster',
    ...(spec.sessionAffinity === 'ClientIP'
      ? { sessionAffinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds }
      : {}),
    // A list of which nothing can be read must not become a list of nothing forbidden.
    ...((spec.loadBalancerSourceRanges ?? []).length === 0
      ? {}
      : { sourceRanges: cidrsIn(spec.loadBalancerSourceRanges) }),
    ...(spec.healthCheckNodePort ? { healthCheckNodePort: spec.healthCheckNodePort } : {}),
    publishNotReadyAddresses: spec.publishNotReadyAddresses ?? false,
    ports: type === 'ExternalName' ? [] : (spec.ports ?? []).map(portOf),
    endpoints: [],
  }
  return { ...model, frontends: frontendsOf(model) }
}

/** The same Service with its endpoints. Its frontends stay the same object: they do not depend on endpoints. */
export function withEndpoints(alone: ServiceModel, slices: readonly EndpointSlice[]): ServiceModel {
  if (slices.length === 0) return alone
  return {
    ...alone,
    ports: alone.ports.map(port => ({ ...port, endpoints: endpointsOfPort(slices, port) })),
    endpoints: alone.headless && alone.ports.length === 0 ? endpointsWithoutPorts(slices) : noEndpoints,
  }
}

const noEndpoints: readonly EndpointModel[] = []

type PortSpec = NonNullable<NonNullable<Service['spec']>['ports']>[number]

function portOf(port: PortSpec): ServicePortModel {
  return {
    name: port.name ?? '',
    protocol: (port.protocol ?? 'TCP') as Protocol,
    port: port.port,
    ...(port.nodePort ? { nodePort: port.nodePort } : {}),
    ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
    ...(port.targetPort === undefined ? {} : { targetPort: port.targetPort }),
    endpoints: noEndpoints,
  }
}

function frontendsOf(service: Omit<ServiceModel, 'frontends'>): readonly FrontendModel[] {
  const frontends: FrontendModel[] = []
  for (const [portIndex, { protocol, port, nodePort }] of service.ports.entries()) {
    const at = { protocol, port, portIndex }
    for (const address of service.clusterIPs) frontends.push({ kind: 'cluster', address, ...at })
    for (const address of service.loadBalancerIPs) frontends.push({ kind: 'load-balancer', address, ...at })
    for (const address of service.externalIPs) frontends.push({ kind: 'external', address, ...at })
    if (nodePort !== undefined && service.type !== 'ClusterIP') {
      frontends.push({ kind: 'node-port', protocol, port: nodePort, portIndex })
    }
  }
  return frontends
}

function familiesOf(service: Service): ServiceModel['families'] {
  const named = (service.spec?.ipFamilies ?? []).map((family): Family => (family === 'IPv6' ? 6 : 4))
  if (named.length > 0) return named
  const first = addressesIn([service.spec?.clusterIP])[0]
  return [first === undefined ? 4 : familyOf(first)]
}
