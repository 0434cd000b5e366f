// Which pods will there be, and behind which Services, once the workloads of a folder run? Without addresses of their own yet.
import { type Address, type Family, formatAddress } from '../../net/address.ts'
import type { DaemonSet } from '../../objects/kinds/daemon-set.ts'
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { keyOf } from '../../objects/object.ts'
import { matchesMap } from '../../objects/selector.ts'
import type { SiteNode } from '../../site/site.ts'
import type { Workload } from '../check/workloads.ts'

/** Stand for addresses that nobody has given yet. */
export class Placeholders {
  readonly texts = new Map<Address, string>()

  /** From 0.0.0.0/8 ("this network", RFC 1122) and 100::/64 (discarded, RFC 6666): no machine can ever have them. */
  take(family: Family, text: string): Address {
    const index = BigInt(this.texts.size + 1)
    const address = formatAddress(family, family === 4 ? index : (0x100n << 112n) + index)
    this.texts.set(address, text)
    return address
  }
}

export interface PodPlace {
  readonly nodes: readonly SiteNode[]
  readonly families: readonly Family[]
  readonly placeholders: Placeholders
}

/** Those of Jobs are left out, since they end. A Pod of the folder that has an address already keeps it. */
export function foreseePods(workload: Workload, place: PodPlace): readonly Pod[] {
  if (workload.kind === 'Job' || workload.kind === 'CronJob') return []
  if (workload.kind === 'Pod') return [withAddresses(workload.entry.object as Pod, place)]
  return namesOf(workload, place.nodes).map(({ name, node }) => {
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: workload.namespace,
        labels: workload.labels,
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: workload.kind,
            name: workload.entry.object.metadata.name,
            uid: '',
            controller: true,
          },
        ],
      },
      spec: {
        ...(workload.spec ?? { containers: [] }),
        ...(node === undefined ? {} : { nodeName: node.name }),
      } as NonNullable<Pod['spec']>,
    }
    return withAddresses(pod, place)
  })
}

interface PodName {
  readonly name: string
  readonly node?: SiteNode
}

/** A StatefulSet's names are known; those of others end in something random, which stands as a number here. */
function namesOf({ entry, kind }: Workload, nodes: readonly SiteNode[]): readonly PodName[] {
  const { name } = entry.object.metadata
  if (kind === 'DaemonSet') {
    return tolerated(entry.object as DaemonSet, nodes).map(node => ({ name: `${name}-${node.name}`, node }))
  }
  const { replicas = 1 } = (entry.object as { readonly spec?: { readonly replicas?: number } }).spec ?? {}
  return Array.from({ length: replicas }, (_, index) => ({
    name: kind === 'StatefulSet' ? `${name}-${index}` : `${name}-(${index + 1})`,
  }))
}

function tolerated({ spec }: DaemonSet, nodes: readonly SiteNode[]): readonly SiteNode[] {
  const selector = spec?.template.spec?.nodeSelector ?? {}
  return nodes.filter(node =>
    matchesMap(selector, { 'kubernetes.io/hostname': node.name, 'kubernetes.io/os': 'linux' }),
  )
}

function withAddresses(pod: Pod, { nodes, families, placeholders }: PodPlace): Pod {
  if ((pod.status?.podIP ?? '') !== '') return pod
  const node = pod.spec?.hostNetwork === true ? nodes.find(({ name }) => name === pod.spec?.nodeName) : undefined
  const addresses =
    node?.addresses ?? families.map(family => placeholders.take(family, `the address of pod ${keyOf(pod)}`))
  return {
    ...pod,
    status: {
      ...pod.status,
      phase: 'Running',
      ...(addresses[0] === undefined ? {} : { podIP: addresses[0] }),
      podIPs: addresses.map(ip => ({ ip })),
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }
}

/** The slices that the endpoints controller would make: one for each pod, since named ports may differ by pod. */
export function foreseeSlices(service: Service, pods: readonly Pod[]): readonly EndpointSlice[] {
  const { selector, ports = [] } = service.spec ?? {}
  if (selector === undefined || Object.keys(selector).length === 0) return []
  const { namespace = 'default', name } = service.metadata
  const own = pods.filter(
    pod => pod.metadata.namespace === namespace && matchesMap(selector, pod.metadata.labels ?? {}),
  )
  return own.flatMap((pod, index) =>
    (pod.status?.podIPs ?? []).map(({ ip }, family): EndpointSlice => {
      const address = ip ?? ''
      return {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: `${name}-${index}-${family}`,
          namespace,
          labels: { 'kubernetes.io/service-name': name },
        },
        addressType: address.includes(':') ? 'IPv6' : 'IPv4',
        ports: ports.flatMap(port => {
          const number = targetPort(port, pod)
          const { name: portName = '', protocol = 'TCP' } = port
          return number === undefined ? [] : [{ name: portName, protocol, port: number }]
        }),
        endpoints: [
          {
            addresses: [address],
            conditions: { ready: true, serving: true, terminating: false },
            targetRef: { kind: 'Pod', namespace, name: pod.metadata.name },
            ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
            ...hostNameOf(pod, service),
          },
        ],
      }
    }),
  )
}

type PortSpec = NonNullable<NonNullable<Service['spec']>['ports']>[number]

/** A name is one of the pod's own container ports; a pod without it does not take part. */
function targetPort({ port, targetPort: target, protocol = 'TCP' }: PortSpec, pod: Pod): number | undefined {
  if (target === undefined || target === '' || target === 0) return port
  if (typeof target === 'number') return target
  for (const container of pod.spec?.containers ?? []) {
    const named = (container.ports ?? []).find(item => item.name === target && (item.protocol ?? 'TCP') === protocol)
    if (named !== undefined) return named.containerPort
  }
  return undefined
}

function hostNameOf(pod: Pod, service: Service): { readonly hostname?: string } {
  const { hostname, subdomain } = pod.spec ?? {}
  return hostname !== undefined && subdomain === service.metadata.name ? { hostname } : {}
}
