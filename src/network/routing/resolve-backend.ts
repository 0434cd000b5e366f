// Which endpoints stand behind a Service port that an Ingress or HTTPRoute names.
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { parseAddress } from '../../net/address.ts'
import type { ServiceModel, ServicePortModel } from '../model.ts'
import { usableEndpoints } from '../resolve/usable-endpoints.ts'
import type { RouteSource, Upstream, UpstreamEndpoint } from '../routing.ts'
import type { BackendRef } from './claim.ts'

export type ResolvedBackend = { readonly upstream: Upstream } | { readonly missing: true }

export interface BackendPlace {
  readonly service: (key: string) => ServiceModel | undefined
  readonly source: RouteSource
  readonly diagnostics: Diagnostic[]
}

export function resolveBackend(ref: BackendRef, { service: find, source, diagnostics }: BackendPlace): ResolvedBackend {
  const key = `${ref.namespace}/${ref.name}`
  const object = `${source.kind}/${source.namespace}/${source.name}`
  const report = (diagnostic: Omit<Diagnostic, 'object' | 'field'>, part: 'name' | 'port') =>
    diagnostics.push({ ...diagnostic, object, field: `${ref.field}.${part}` })
  const service = find(key)
  if (service === undefined) {
    const missing = {
      code: 'FW402',
      severity: 'error',
      message: `${object}: ${source.field}: Service ${key} does not exist`,
      why: 'Requests for it are answered with an error.',
      fix: `create the Service, or name one that exists in namespace ${ref.namespace}`,
    } as const
    report(missing, 'name')
    return { missing: true }
  }
  if (service.type === 'ExternalName') return resolveExternal(ref, { service, object, field: source.field, report })
  const port = findPort(service, ref.port)
  if (port === undefined) {
    const missing = {
      code: 'FW403',
      severity: 'error',
      message: `${object}: ${source.field}: Service ${key} has no TCP port ${JSON.stringify(ref.port)}`,
      why: 'Requests for it are answered with an error.',
      fix: `use one of its ports: ${service.ports.map(describePort).join(', ') || 'it has none'}`,
    } as const
    report(missing, 'port')
    return { missing: true }
  }
  const endpoints = usableEndpoints(port).map(({ address, port }): UpstreamEndpoint => ({ address, port }))
  if (endpoints.length === 0) {
    const unready = {
      code: 'FW404',
      severity: 'warning',
      message: `${object}: ${source.field}: Service ${key} port ${port.port} has no ready endpoint`,
      why: 'Requests for it are answered with 503.',
      fix: `see kubectl -n ${ref.namespace} get endpointslices -l kubernetes.io/service-name=${ref.name}`,
    } as const
    report(unready, 'name')
  }
  return { upstream: upstreamOf(service, { port: port.port, endpoints }) }
}

/** A number is the Service's own port, never the target port. */
function findPort(service: ServiceModel, port: string | number): ServicePortModel | undefined {
  return service.ports.find(
    item =>
      item.protocol === 'TCP' &&
      (typeof port === 'number' ? item.port === port : item.name !== '' && item.name === port),
  )
}

interface ExternalPlace {
  readonly service: ServiceModel
  readonly object: string
  readonly field: string
  readonly report: (diagnostic: Omit<Diagnostic, 'object' | 'field'>, part: 'name' | 'port') => void
}

/** The name is looked up at request time; a numbered port needs no entry in the Service (a Service of this type may have none). */
function resolveExternal(ref: BackendRef, { service, object, field, report }: ExternalPlace): ResolvedBackend {
  const name = (service.externalName ?? '').replace(/\.$/, '').toLowerCase()
  const port = typeof ref.port === 'number' ? ref.port : findPort(service, ref.port)?.port
  const isHostName = /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*$/.test(name)
  // An address, or this machine's own name, would let an Ingress reach what only the proxy itself may.
  const isSafe = isHostName && parseAddress(name) === undefined && name !== 'localhost' && !name.endsWith('.localhost')
  if (!isSafe || port === undefined) {
    const refused = {
      code: 'FW403',
      severity: 'error',
      message: isSafe
        ? `${object}: ${field}: Service ${service.key} of type ExternalName has no port ${JSON.stringify(ref.port)}`
        : `${object}: ${field}: Service ${service.key} points to ${JSON.stringify(service.externalName ?? '')}, which is no host name outside`,
      why: 'Requests for it are answered with an error.',
      fix: isSafe ? 'name the port by number' : 'write a DNS name; for an address make a Service with an EndpointSlice',
    } as const
    report(refused, isSafe ? 'port' : 'name')
    return { missing: true }
  }
  return { upstream: { ...upstreamOf(service, { port, endpoints: [] }), external: { name, port } } }
}

function upstreamOf(
  service: ServiceModel,
  { port, endpoints }: { readonly port: number; readonly endpoints: readonly UpstreamEndpoint[] },
): Upstream {
  return {
    id: `${service.namespace}_${service.name}_${port}`,
    namespace: service.namespace,
    service: service.name,
    port: String(port),
    endpoints,
  }
}

function describePort(port: ServicePortModel): string {
  return port.name === '' ? `${port.port}/${port.protocol}` : `${port.port}/${port.protocol} (${port.name})`
}
