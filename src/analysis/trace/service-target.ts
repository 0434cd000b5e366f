// Where does a client turn to that wants a Service, and nothing more is said?
import { type Address, familyOf } from '../../net/address.ts'
import type { Protocol, ServiceModel, ServicePortModel } from '../../network/model.ts'
import { findHost } from '../../network/routing/build-table.ts'
import type { Route, RoutingTable } from '../../network/routing.ts'
import { nearestName } from '../../objects/nearest.ts'
import type { Client, Target } from './place.ts'
import type { Recorder } from './recorder.ts'
import type { Detail, Verdict } from './trace-result.ts'

export interface WayIn {
  /** A name that the client asks for, or an address. */
  readonly host: string
  readonly port: number
  readonly protocol: Protocol
  /** When the way leads through a proxy. */
  readonly http?: { readonly scheme: 'http' | 'https'; readonly path: string }
}

type ServiceTarget = Extract<Target, { kind: 'service' }>

/** Records the hop that says which way is taken, where it is not plain. */
export function findWayIn(target: ServiceTarget, client: Client, record: Recorder): WayIn | Verdict {
  const { network } = record.world
  const key = `${target.namespace}/${target.name}`
  const service = network.services.find(item => item.key === key)
  if (service === undefined) return noService(target, record)
  const port = portOf(service, target.port)
  if (port === undefined && service.type !== 'ExternalName') return noPort(service, target, record)
  const isInCluster = client.kind === 'pod' || client.kind === 'node'
  if (isInCluster || service.type === 'ExternalName') return insideWay(service, port, { target, client, record })
  return port === undefined ? noPort(service, target, record) : outsideWay(service, port, record)
}

function portOf(service: ServiceModel, wanted: string | undefined): ServicePortModel | undefined {
  if (wanted === undefined) return service.ports[0]
  return service.ports.find(({ name, port }) => name === wanted || String(port) === wanted)
}

function noService({ namespace, name }: ServiceTarget, record: Recorder): Verdict {
  const { services } = record.world.network
  const here = services.filter(service => service.namespace === namespace).map(service => service.name)
  const elsewhere = services.filter(service => service.name === name).map(({ key }) => key)
  const near = nearestName(name, here)
  return record.stop('service', {
    says: `there is no Service ${namespace}/${name}`,
    details: [
      ...(near === undefined ? [] : [record.detail(`did you mean ${namespace}/${near}?`)]),
      ...(elsewhere.length === 0 ? [] : [record.detail(`there is ${elsewhere.join(', ')}`)]),
    ],
  })
}

function noPort(service: ServiceModel, { port }: ServiceTarget, record: Recorder): Verdict {
  const ports = service.ports.map(item => `${item.port}/${item.protocol}${item.name === '' ? '' : ` (${item.name})`}`)
  return record.stop('service', {
    says: `Service ${service.key} has no port${port === undefined ? '' : ` ${port}`}`,
    details: [record.detail(ports.length === 0 ? 'it has none' : `it has ${ports.join(', ')}`)],
  })
}

interface Inside {
  readonly target: ServiceTarget
  readonly client: Client
  readonly record: Recorder
}

/** Pods ask for the Service's name; a node's own resolver does not know it, and its programs use the address. */
function insideWay(service: ServiceModel, port: ServicePortModel | undefined, inside: Inside): WayIn | Verdict {
  const { client, record, target } = inside
  const protocol = port?.protocol ?? 'TCP'
  const name = `${service.name}.${service.namespace}.svc.${record.world.site.dns.zone}.`
  if (service.type === 'ExternalName') {
    return { host: name, port: Number(target.port ?? port?.port ?? 80) || 80, protocol }
  }
  const number = port?.port ?? 0
  if (service.headless) {
    const [first] = (port?.endpoints ?? []).filter(({ ready }) => ready)
    return { host: client.kind === 'pod' ? name : (first?.address ?? name), port: first?.port ?? number, protocol }
  }
  const [address] = service.clusterIPs
  if (address === undefined) {
    return record.leave('service', { says: `Service ${service.key} has no cluster address yet` })
  }
  const asksCluster = client.pod !== undefined && !client.pod.hostNetwork
  return { host: asksCluster ? name : address, port: number, protocol }
}

function outsideWay(service: ServiceModel, port: ServicePortModel, record: Recorder): WayIn | Verdict {
  const { world } = record
  const { protocol } = port
  if (service.loadBalancerIPs.length > 0) {
    return { host: `${service.name}.${service.namespace}.${world.site.domain}`, port: port.port, protocol }
  }
  if (service.type === 'LoadBalancer') {
    return record.stop('entrance', {
      says: `Service ${service.key} waits for a load-balancer address`,
      details: [record.cite('the Service', { kind: 'Service', key: service.key })],
      fix: `kubectl -n ${service.namespace} describe service ${service.name}`,
    })
  }
  const [external] = service.externalIPs
  if (external !== undefined) return { host: external, port: port.port, protocol }
  if (service.type === 'NodePort') return nodePortWay(service, port, record)
  return routeWay(service, port, record)
}

function nodePortWay(service: ServiceModel, port: ServicePortModel, record: Recorder): WayIn | Verdict {
  const { nodes } = record.world.network
  const node = nodes.find(({ ready }) => ready) ?? nodes[0]
  const address = node?.addresses.find(own => service.families.includes(familyOf(own))) ?? node?.addresses[0]
  if (node === undefined || address === undefined) return record.leave('entrance', { says: 'no node has an address' })
  if (port.nodePort === undefined) {
    return record.leave('entrance', {
      says: `the node port of Service ${service.key} is chosen by the API server when the Service is created`,
      details: [portLine(service, port, record)],
    })
  }
  record.pass('entrance', {
    says: `any node takes port ${port.nodePort}/${port.protocol} for Service ${service.key}; here ${node.name} (${address})`,
    details: [portLine(service, port, record)],
  })
  return { host: address, port: port.nodePort, protocol: port.protocol }
}

function portLine(service: ServiceModel, port: ServicePortModel, record: Recorder): Detail {
  const field = `spec.ports[${service.ports.indexOf(port)}]`
  return record.cite(field, { kind: 'Service', key: service.key }, field)
}

interface Leading {
  readonly table: RoutingTable
  readonly host: string
  readonly route: Route
}

/** A Service with a cluster address only can be reached from outside through an Ingress or HTTPRoute that names it. */
function routeWay(service: ServiceModel, port: ServicePortModel, record: Recorder): WayIn | Verdict {
  const leading = routesTo(service, port, record)
  const [first, ...others] = leading
  if (first === undefined) {
    return record.stop('entrance', {
      says: `Service ${service.key} has an address inside the cluster only, and no Ingress or HTTPRoute leads to its port ${port.port}`,
      details: [record.cite(`type ${service.type}`, { kind: 'Service', key: service.key }, 'spec')],
      fix: 'Add an Ingress, or make it a Service of type LoadBalancer or NodePort.',
    })
  }
  const { source, match } = first.route
  const host = first.host === '*' ? addressOf(first.table.className, record) : first.host
  const path = match.path.kind === 'regex' ? '/' : match.path.path
  if (host === undefined || host.startsWith('*')) {
    return record.leave('entrance', {
      says: `${source.kind} ${source.namespace}/${source.name} leads to it for ${first.host}: say which host, as a URL`,
    })
  }
  const scheme = isTls(first, host) ? 'https' : 'http'
  record.pass('entrance', {
    says: `Service ${service.key} has an address inside the cluster only; from outside the way is ${scheme}://${host}${path}`,
    details: [
      record.cite(`through ${source.kind} ${source.namespace}/${source.name}`, objectOf(first.route), source.field),
      ...others
        .slice(0, 3)
        .map(other => record.cite(`also for ${other.host}`, objectOf(other.route), other.route.source.field)),
    ],
  })
  return { host, port: scheme === 'https' ? 443 : 80, protocol: 'TCP', http: { scheme, path } }
}

function objectOf({ source }: Route) {
  return { kind: source.kind, key: `${source.namespace}/${source.name}` }
}

function routesTo(service: ServiceModel, port: ServicePortModel, record: Recorder): readonly Leading[] {
  return [...record.world.tables.values()].flatMap(table => {
    const ids = new Set(
      table.upstreams
        .filter(item => `${item.namespace}/${item.service}` === service.key && item.port === String(port.port))
        .map(({ id }) => id),
    )
    return table.hosts.flatMap(({ host, routes }) =>
      routes
        .filter(
          ({ action }) =>
            action.kind === 'forward' &&
            action.backends.some(backend => 'upstream' in backend && backend.weight > 0 && ids.has(backend.upstream)),
        )
        .map(route => ({ table, host, route })),
    )
  })
}

function isTls({ table, route }: Leading, host: string): boolean {
  if (route.match.scheme !== undefined) return route.match.scheme === 'https'
  const entry = findHost(table, host)
  return entry !== undefined && (entry.redirectToHttps || entry.tls.kind === 'secret')
}

function addressOf(className: string, { world }: Recorder): Address | undefined {
  const proxy = world.site.ingress.find(entry => entry.className === className)
  if (proxy?.proxy !== 'nginx') return undefined
  return world.network.services.find(({ key }) => key === `network/${proxy.deployment}`)?.loadBalancerIPs[0]
}
