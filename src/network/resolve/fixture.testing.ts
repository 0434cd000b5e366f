// Small Kubernetes objects for tests: what a test does not name has the defaults of the API server.
import { cidr } from '../../net/cidr.ts'
import type { CiliumL2AnnouncementPolicy } from '../../objects/kinds/cilium-l2-announcement-policy.ts'
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { type KubeObject, keyOf } from '../../objects/object.ts'
import type { HostModel } from '../model.ts'
import type { ClusterObjects } from './cluster-objects.ts'

export interface Fixture {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  readonly services: readonly Service[]
  readonly endpointSlices: readonly EndpointSlice[]
  readonly announcementPolicies: readonly CiliumL2AnnouncementPolicy[]
  readonly namespaces: readonly string[]
  readonly hosts: readonly HostModel[]
  readonly podCidrs: readonly string[]
  readonly serviceCidrs: readonly string[]
  readonly lanCidrs: readonly string[]
}

export function cluster(fixture: Partial<Fixture>): ClusterObjects {
  const { podCidrs = ['10.244.0.0/16'], serviceCidrs = ['10.96.0.0/12'], lanCidrs = ['192.168.1.0/24'] } = fixture
  return {
    site: {
      podCidrs: podCidrs.map(cidr),
      serviceCidrs: serviceCidrs.map(cidr),
      lanCidrs: lanCidrs.map(cidr),
      hosts: fixture.hosts ?? [],
    },
    namespaces: byKey(
      (fixture.namespaces ?? ['default']).map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ),
    nodes: byKey(fixture.nodes ?? []),
    pods: byKey(fixture.pods ?? []),
    services: byKey(fixture.services ?? []),
    endpointSlices: byKey(fixture.endpointSlices ?? []),
    announcementPolicies: byKey(fixture.announcementPolicies ?? []),
  }
}

function byKey<T extends KubeObject>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map(object => [keyOf(object), object]))
}

export interface NodeFixture {
  readonly addresses: readonly string[]
  readonly podCidrs?: readonly string[]
  readonly ready?: boolean
  readonly cordoned?: boolean
  readonly labels?: Readonly<Record<string, string>>
}

export function node(name: string, fixture: NodeFixture): Node {
  const { addresses, podCidrs = [], ready = true, cordoned = false, labels = {} } = fixture
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    spec: { podCIDRs: podCidrs, unschedulable: cordoned },
    status: {
      addresses: addresses.map(address => ({ type: 'InternalIP', address })),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }
}

export function pod(key: string, fixture: { readonly node: string; readonly addresses: readonly string[] }): Pod {
  const { node, addresses } = fixture
  const containers = [{ name: 'main', image: 'example.org/main' }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: metadataOf(key),
    spec: { nodeName: node, containers },
    status: {
      phase: 'Running',
      ...(addresses[0] === undefined ? {} : { podIP: addresses[0] }),
      podIPs: addresses.map(ip => ({ ip })),
    },
  }
}

type Spec = NonNullable<Service['spec']>

export interface ServiceFixture {
  readonly spec: Spec
  /** Addresses in status.loadBalancer. */
  readonly ingress?: readonly string[]
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly created?: string
}

export function service(key: string, fixture: ServiceFixture): Service {
  const { spec, ingress, labels = {}, annotations = {}, created } = fixture
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...metadataOf(key),
      labels,
      annotations,
      ...(created === undefined ? {} : { creationTimestamp: created }),
    },
    spec,
    ...(ingress === undefined ? {} : { status: { loadBalancer: { ingress: ingress.map(ip => ({ ip })) } } }),
  }
}

export interface EndpointFixture {
  readonly address: string
  readonly node?: string
  readonly hostname?: string
  readonly ready?: boolean
  readonly serving?: boolean
  readonly terminating?: boolean
}

export interface SliceFixture {
  readonly name?: string
  readonly ports: readonly {
    readonly name?: string
    readonly port: number
    readonly protocol?: 'TCP' | 'UDP' | 'SCTP'
  }[]
  readonly endpoints: readonly EndpointFixture[]
}

/** A slice of the Service of this key; the addresses decide its family. */
export function slice(serviceKey: string, { name, ports, endpoints }: SliceFixture): EndpointSlice {
  const { namespace, name: serviceName } = metadataOf(serviceKey)
  const isV6 = endpoints[0]?.address.includes(':') === true
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: name ?? `${serviceName}-${isV6 ? 'v6' : 'v4'}`,
      namespace,
      labels: { 'kubernetes.io/service-name': serviceName },
    },
    addressType: isV6 ? 'IPv6' : 'IPv4',
    ports: ports.map(port => ({ protocol: 'TCP', name: '', ...port })),
    endpoints: endpoints.map(({ address, node, hostname, ready = true, serving = ready, terminating = false }) => ({
      addresses: [address],
      conditions: { ready, serving, terminating },
      ...(node === undefined ? {} : { nodeName: node }),
      ...(hostname === undefined ? {} : { hostname }),
    })),
  }
}

function metadataOf(key: string): { readonly namespace: string; readonly name: string } {
  const [namespace = 'default', name = key] = key.split('/')
  return { namespace, name }
}
