// What a cluster has before anybody applies anything: system namespaces and the way to the API server itself.
import type { Address } from '../../net/address.ts'
import { familyOf } from '../../net/address.ts'
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { Endpoints } from '../../objects/kinds/endpoints.ts'
import type { Namespace } from '../../objects/kinds/namespace.ts'
import type { Service } from '../../objects/kinds/service.ts'
import type { KubeObject } from '../../objects/object.ts'

/** The API server's ports on the control plane's addresses: TLS, and plain HTTP for discovery. */
export const apiPorts = { https: 6443, http: 8080 } as const

export function systemNamespaces(): readonly Namespace[] {
  return ['default', 'kube-system', 'kube-public', 'kube-node-lease'].map(name => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }))
}

/** Service `kubernetes` and its endpoints, which no controller makes: the API server has no pod. */
export function kubernetesService(controlPlane: readonly Address[]): readonly KubeObject[] {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      type: 'ClusterIP',
      ports: [
        { name: 'https', protocol: 'TCP', port: 443, targetPort: apiPorts.https },
        // Decision 4: the runbook asks for http://kubernetes.default/api/v1.
        { name: 'http', protocol: 'TCP', port: 80, targetPort: apiPorts.http },
      ],
    },
  }
  const ports = [
    { name: 'https', port: apiPorts.https, protocol: 'TCP' as const },
    { name: 'http', port: apiPorts.http, protocol: 'TCP' as const },
  ]
  const slices = ([4, 6] as const).flatMap((family): EndpointSlice[] => {
    const addresses = controlPlane.filter(address => familyOf(address) === family)
    if (addresses.length === 0) return []
    return [
      {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: {
          name: family === 4 ? 'kubernetes' : 'kubernetes-ipv6',
          namespace: 'default',
          labels: { 'kubernetes.io/service-name': 'kubernetes' },
        },
        addressType: family === 4 ? 'IPv4' : 'IPv6',
        endpoints: addresses.map(address => ({ addresses: [address], conditions: { ready: true } })),
        ports,
      },
    ]
  })
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
    },
    subsets: [{ addresses: controlPlane.map(ip => ({ ip })), ports }],
  }
  return [service, ...slices, endpoints]
}
