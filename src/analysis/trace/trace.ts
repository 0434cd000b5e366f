// Over which hops does a connection from one place to another go, and does it arrive? Out of the model alone.
import type { Address } from '../../net/address.ts'
import type { EndpointModel, PodModel, Protocol } from '../../network/model.ts'
import { arrive } from './arrive.ts'
import { describeEndpoint } from './choose-endpoint.ts'
import { traceName } from './name-hop.ts'
import { type Client, findClient, findPod, type Misread, parseTarget, type Target } from './place.ts'
import { classBehind, type HttpRequest, traceProxy } from './proxy-hop.ts'
import { Recorder } from './recorder.ts'
import { traceService } from './service-hop.ts'
import { findWayIn } from './service-target.ts'
import type { Trace, Verdict } from './trace-result.ts'
import { addressText, type TraceWorld } from './world.ts'

export interface TraceQuestion {
  readonly from: string
  readonly to: string
  /** Of a Service or pod that is named without one. */
  readonly namespace: string
}

export function trace(world: TraceWorld, { from, to, namespace }: TraceQuestion): Trace | Misread {
  const client = findClient(from, world)
  if ('misread' in client) return client
  const target = parseTarget(to, namespace)
  if ('misread' in target) return target
  const record = new Recorder(world)
  record.pass('from', { says: clientText(client, world), details: clientDetails(client, record) })
  return record.finish(from, to, settled(toTarget(target, client, record), world))
}

function clientText({ kind, name, addresses, node }: Client, world: TraceWorld): string {
  const at = addresses.map(address => addressText(address, world)).join(', ')
  switch (kind) {
    case 'pod':
      return `pod ${name}${at === '' ? '' : ` (${at})`}${node === undefined ? '' : ` on ${node}`}`
    case 'internet':
      return `the internet (${at})`
    case 'node':
      return `node ${name} (${at})`
    default:
      return `${name} (${at}), on the LAN`
  }
}

function clientDetails({ kind, name }: Client, record: Recorder) {
  return kind === 'pod' ? [record.cite('the pod', { kind: 'Pod', key: name })].filter(({ position }) => position) : []
}

/** Whoever predicts says what has to come true. */
function settled(verdict: Verdict, { prediction }: TraceWorld): Verdict {
  if (verdict.kind !== 'yes' || prediction.isLive) return verdict
  const foreseen = prediction.addresses.size > 0 ? ['addresses are given as foreseen'] : []
  return { kind: 'yes', assuming: ['every node and pod of the folder runs and is ready', ...foreseen] }
}

function toTarget(target: Target, client: Client, record: Recorder): Verdict {
  switch (target.kind) {
    case 'url': {
      const { scheme, host, path, port } = target
      return toHost(host, { client, port, protocol: 'TCP', http: { scheme, host, path }, record })
    }
    case 'socket':
      return toHost(target.host, { client, port: target.port, protocol: target.protocol, record })
    case 'service': {
      const way = findWayIn(target, client, record)
      if ('kind' in way) return way
      const { host, port, protocol, http } = way
      return toHost(host, {
        client,
        port,
        protocol,
        record,
        ...(http === undefined ? {} : { http: { ...http, host } }),
      })
    }
    case 'pod':
      return toPod(target, client, record)
  }
}

function toPod(target: Extract<Target, { kind: 'pod' }>, client: Client, record: Recorder): Verdict {
  const { world } = record
  const pod = findPod(target.namespace, target.name, world)
  if (pod === undefined) {
    return record.stop('pod', { says: `there is no pod or workload ${target.namespace}/${target.name}` })
  }
  const [address] = pod.addresses
  if (address === undefined) return record.stop('pod', { says: `pod ${pod.key} has no address` })
  const port = target.port ?? declaredPorts(pod, world)[0]?.port
  if (port === undefined)
    return record.leave('pod', { says: `pod ${pod.key} declares no port: say which one, as pod:${pod.key}:PORT` })
  const protocol = declaredPorts(pod, world).find(item => item.port === port)?.protocol ?? 'TCP'
  return toAddress(address, { client, port, protocol, record })
}

interface Way {
  readonly client: Client
  readonly port: number
  readonly protocol: Protocol
  readonly http?: HttpRequest
  readonly record: Recorder
}

function toHost(host: string, way: Way): Verdict {
  const address = traceName(host, way.client, way.record)
  return typeof address === 'object' ? address : toAddress(address, way)
}

function toAddress(address: Address, way: Way): Verdict {
  const { client, port, protocol, http, record } = way
  const to = { address, port }
  record.send(http === undefined ? { kind: 'socket', protocol, to } : { kind: 'http', ...http, to })
  const arrival = arrive(client, { address, port, protocol }, record.world)
  const { says, because, expects } = arrival
  const hop = { says, details: because.map(text => record.detail(text)), ...(expects === undefined ? {} : { expects }) }
  switch (arrival.kind) {
    case 'nowhere':
      return record.stop('arrival', { ...hop, ...(arrival.fix === undefined ? {} : { fix: arrival.fix }) })
    case 'refused':
      record.pass('arrival', hop)
      return record.stop('service', {
        says: arrival.refusal,
        details: [record.detail(arrival.fact)],
        ...(arrival.fix === undefined ? {} : { fix: arrival.fix }),
      })
    case 'unclear':
      return record.leave('arrival', hop)
    case 'machine':
      record.pass('arrival', hop)
      return record.leave('pod', {
        says: `whether a program of ${arrival.name} listens on port ${port}/${protocol} is not known`,
      })
    case 'pod':
      record.pass('arrival', hop)
      return atPod(arrival.pod, way)
    case 'service': {
      record.pass('arrival', hop)
      const endpoints = traceService(arrival, { client, to, record })
      if ('kind' in endpoints) return endpoints
      const className = classBehind(arrival.service, record.world)
      const proxied = endpoints.find(item => item.port === 80 || item.port === 443)
      if (http === undefined || className === undefined || proxied === undefined) return atEndpoints(endpoints, record)
      return throughProxy(http, { way, address, className, endpoints, port: proxied.port })
    }
  }
}

interface AtProxy {
  readonly way: Way
  readonly address: Address
  readonly className: string
  readonly endpoints: readonly EndpointModel[]
  readonly port: number
}

function throughProxy(request: HttpRequest, { way, address, className, endpoints, port }: AtProxy): Verdict {
  const { record } = way
  const outcome = traceProxy(request, { className, port, record })
  switch (outcome.kind) {
    case 'ended':
      return outcome.verdict
    case 'endpoints':
      return atEndpoints(outcome.endpoints, record)
    case 'to-https':
      return toAddress(address, { ...way, port: 443, http: { ...request, scheme: 'https' } })
    case 'external': {
      const proxy = podOf(endpoints, record.world)
      if (proxy === undefined)
        return record.leave('name', { says: `NGINX asks for ${outcome.host}, port ${outcome.port}` })
      return toHost(outcome.host, { client: proxy, port: outcome.port, protocol: 'TCP', record })
    }
  }
}

/** NGINX as a client of its own. */
function podOf(endpoints: readonly EndpointModel[], { network }: TraceWorld): Client | undefined {
  const key = endpoints.find(({ pod }) => pod !== undefined)?.pod
  const pod = network.pods.find(item => item.key === key)
  if (pod === undefined) return undefined
  const { addresses, node } = pod
  return { kind: 'pod', name: pod.key, addresses, pod, ...(node === undefined ? {} : { node }) }
}

function atEndpoints(endpoints: readonly EndpointModel[], record: Recorder): Verdict {
  const pods = endpoints.flatMap(({ pod }) => pod ?? [])
  const texts = endpoints.map(endpoint => describeEndpoint(endpoint, record.world))
  const named = texts.slice(0, mostNamed).join(' or ')
  record.pass('pod', {
    says: texts.length > mostNamed ? `${named} or one of ${texts.length - mostNamed} more answers` : `${named} answers`,
    ...(pods.length === endpoints.length && pods.length > 0 ? { expects: { kind: 'pods', pods } } : {}),
  })
  return { kind: 'yes', assuming: [] }
}

const mostNamed = 3

function atPod(pod: PodModel, { port, protocol, record }: Way): Verdict {
  const declared = declaredPorts(pod, record.world)
  const text = `${port}/${protocol}`
  if (!declared.some(item => item.port === port && item.protocol === protocol)) {
    const ports = declared.map(item => `${item.port}/${item.protocol}`).join(', ')
    return record.leave('pod', {
      says: `pod ${pod.key} declares no port ${text}; whether something listens there is not known`,
      details: [record.detail(ports === '' ? 'it declares none' : `it declares ${ports}`)],
    })
  }
  record.pass('pod', {
    says: `pod ${pod.key} answers on port ${text}`,
    details: pod.ready ? [] : [record.detail('it is not ready')],
    expects: { kind: 'pods', pods: [pod.key] },
  })
  return { kind: 'yes', assuming: [] }
}

function declaredPorts({ key }: PodModel, { pods }: TraceWorld) {
  const containers = pods.get(key)?.spec?.containers ?? []
  return containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, protocol = 'TCP' }) => ({ port: containerPort, protocol: protocol as Protocol })),
  )
}
