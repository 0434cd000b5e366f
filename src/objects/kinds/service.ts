// What a Service is, and what the API server defaults, checks and prints of it.
import type { IServiceSpec } from 'kubernetes-models/v1/ServiceSpec'
import type { IServiceStatus } from 'kubernetes-models/v1/ServiceStatus'
import { checkService } from '../checks/service.ts'
import { change, each, fill } from '../fill.ts'
import type { Immutable, KubeObject } from '../object.ts'
import { labelsText, none } from '../selector-text.ts'
import { ageColumn, column, loadBalancerText, nameColumn, wide } from './columns.ts'
import { defineKind } from './define.ts'

type ServiceSpec = Immutable<IServiceSpec>

export interface Service extends KubeObject {
  readonly spec?: ServiceSpec
  readonly status?: Immutable<IServiceStatus>
}

const affinitySeconds = 10_800

export const services = defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  schema: 'io.k8s.api.core.v1.Service',
  shortNames: ['svc'],
  categories: ['all'],
  hasStatus: true,
  name: 'dns1035',
  defaults: service => change(service, 'spec', defaultSpec),
  check: checkService,
  columns: [
    nameColumn,
    column('Type', service => service.spec?.type ?? ''),
    column('Cluster-IP', service => service.spec?.clusterIPs?.[0] || service.spec?.clusterIP || none),
    column('External-IP', externalText),
    column('Port(s)', portsText),
    ageColumn,
    wide('Selector', service => labelsText(service.spec?.selector)),
  ],
  fields: service => ({ 'spec.clusterIP': service.spec?.clusterIP ?? '', 'spec.type': service.spec?.type ?? '' }),
})

function defaultSpec(spec: ServiceSpec): ServiceSpec {
  let result = fill(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  const { type } = result
  if (result.sessionAffinity === 'ClientIP' && !result.sessionAffinityConfig?.clientIP?.timeoutSeconds) {
    result = { ...result, sessionAffinityConfig: { clientIP: { timeoutSeconds: affinitySeconds } } }
  }
  result = change(
    result,
    'ports',
    each(port => {
      const target =
        port.targetPort === 0 || port.targetPort === '' || port.targetPort === undefined || port.targetPort === null
      const filled = fill(port, { protocol: 'TCP' })
      return target && typeof port.port === 'number' ? { ...filled, targetPort: port.port } : filled
    }),
  )
  const facesOut =
    type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && (result.externalIPs ?? []).length > 0)
  if (facesOut) result = fill(result, { externalTrafficPolicy: 'Cluster' })
  if (type !== 'ExternalName') result = fill(result, { internalTrafficPolicy: 'Cluster' })
  return type === 'LoadBalancer' ? fill(result, { allocateLoadBalancerNodePorts: true }) : result
}

function externalText(service: Service): string {
  const spec = service.spec
  const own = (spec?.externalIPs ?? []).join(',')
  switch (spec?.type) {
    case 'LoadBalancer': {
      const assigned = loadBalancerText(service.status?.loadBalancer?.ingress)
      return [assigned, own].filter(text => text !== '').join(',') || '<pending>'
    }
    case 'ExternalName':
      return spec.externalName ?? ''
    case 'ClusterIP':
    case 'NodePort':
    case undefined:
      return own || none
    default:
      return '<unknown>'
  }
}

function portsText(service: Service): string {
  const ports = service.spec?.ports ?? []
  if (ports.length === 0) return none
  return ports
    .map(({ port, nodePort, protocol }) => (nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`))
    .join(',')
}
