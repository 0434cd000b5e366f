// The hops through a Service: its address is replaced, and one of its endpoints is drawn.
import { familyOf } from '../../net/address.ts'
import { contains } from '../../net/cidr.ts'
import type { EndpointModel, FrontendModel, ServiceModel } from '../../network/model.ts'
import type { ToService } from './arrive.ts'
import { type Choice, chooseEndpoint, describeEndpoint, whyNobody } from './choose-endpoint.ts'
import type { Client } from './place.ts'
import type { Recorder } from './recorder.ts'
import type { Detail, Expectation, Socket, Verdict } from './trace-result.ts'

/** Who may get the connection; at least one. */
export function traceService(
  way: ToService,
  { client, to, record }: { readonly client: Client; readonly to: Socket; readonly record: Recorder },
): readonly EndpointModel[] | Verdict {
  const { service, frontend } = way
  const says = `Service ${service.key}, ${frontendText(frontend)}${portName(service, frontend)}`
  const details = serviceDetails(way, record)
  const shutOut = whyShutOut(way, client)
  if (shutOut !== undefined) {
    return record.stop('service', {
      says: `${says}: ${shutOut}, so the packet is dropped`,
      details,
      fix: `Add the client's range to spec.loadBalancerSourceRanges of Service ${service.key}.`,
    })
  }
  const choice = chooseEndpoint(way, familyOf(to.address), record.world)
  const expects = translation(way, to, choice)
  record.pass('service', { says, details, ...(expects === undefined ? {} : { expects }) })
  return pickFrom(way, choice, record)
}

function pickFrom(way: ToService, choice: Choice, record: Recorder): readonly EndpointModel[] | Verdict {
  const { service } = way
  const candidates = choice.candidates.map(text => record.detail(text))
  const { world } = record
  const foreseen = service.ports[way.frontend.portIndex]?.endpoints ?? []
  if (
    choice.isLocal &&
    foreseen.some(item => item.node === undefined && world.prediction.placeholders.has(item.address))
  ) {
    return record.leave('endpoint', {
      says: `the traffic policy of Service ${service.key} is Local, and its pods are not scheduled yet`,
      details: candidates,
    })
  }
  if (choice.usable.length === 0) return nobody(way, choice, { candidates, record })
  const isPlain = choice.candidates.length === 1
  record.pass('endpoint', { says: drawText(service, choice, record), details: isPlain ? [] : candidates })
  return choice.usable
}

function drawText(service: ServiceModel, { usable }: Choice, record: Recorder): string {
  const [only] = usable
  const sticky = service.sessionAffinitySeconds
  if (usable.length === 1 && only !== undefined)
    return `the only endpoint that can be used: ${describeEndpoint(only, record.world)}`
  const draw = `one of ${usable.length} endpoints, drawn at random for each connection`
  return sticky === undefined ? draw : `${draw}; a client then stays with its endpoint for ${sticky} s (ClientIP)`
}

interface Nobody {
  readonly candidates: readonly Detail[]
  readonly record: Recorder
}

function nobody(way: ToService, choice: Choice, { candidates, record }: Nobody): Verdict {
  const { service, frontend } = way
  const open = record.world.prediction.openServices.get(service.key)
  if (open !== undefined)
    return record.leave('endpoint', { says: `who stands behind Service ${service.key} is not known: ${open}` })
  const port = service.ports[frontend.portIndex]
  const isElsewhere = choice.isLocal && (port?.endpoints ?? []).some(endpoint => endpoint.ready)
  const isOutside = frontend.kind !== 'cluster'
  const effect = isElsewhere && isOutside ? 'the packet is dropped' : 'the connection is refused at once'
  return record.stop('endpoint', {
    says: `${whyNobody(service, choice)}: ${effect}`,
    details: candidates,
    fix: `kubectl -n ${service.namespace} get pods,endpointslices -l kubernetes.io/service-name=${service.name}`,
  })
}

function translation(way: ToService, to: Socket, { usable }: Choice): Expectation | undefined {
  const { node } = way
  if (node === undefined || usable.length === 0) return undefined
  return { kind: 'translation', node, to, backends: usable.map(({ address, port }) => ({ address, port })) }
}

function frontendText({ kind, port, protocol }: FrontendModel): string {
  const words = {
    cluster: 'cluster address',
    'load-balancer': 'load-balancer address',
    external: 'external address',
    'node-port': 'node port',
  }
  return kind === 'node-port' ? `${words[kind]} ${port}/${protocol}` : `${words[kind]}, port ${port}/${protocol}`
}

function portName(service: ServiceModel, { portIndex }: FrontendModel): string {
  const name = service.ports[portIndex]?.name ?? ''
  return name === '' ? '' : ` (${name})`
}

function serviceDetails({ service, frontend, side }: ToService, record: Recorder): readonly Detail[] {
  const object = { kind: 'Service', key: service.key }
  const policies =
    frontend.kind === 'cluster'
      ? `internalTrafficPolicy ${service.internalTrafficPolicy}`
      : `externalTrafficPolicy ${service.externalTrafficPolicy}`
  const exempt = frontend.kind !== 'cluster' && side === 'inside' && service.externalTrafficPolicy === 'Local'
  return [
    record.cite(`spec.ports[${frontend.portIndex}]`, object, `spec.ports[${frontend.portIndex}]`),
    record.detail(`${policies}${exempt ? ', which does not concern clients inside the cluster' : ''}`),
  ]
}

/** Source ranges concern load-balancer addresses and clients outside of the cluster only. */
function whyShutOut({ service, frontend, side }: ToService, client: Client): string | undefined {
  const { sourceRanges } = service
  if (frontend.kind !== 'load-balancer' || side === 'inside' || sourceRanges === undefined) return undefined
  const isAllowed = client.addresses.some(address => sourceRanges.some(range => contains(range, address)))
  return isAllowed ? undefined : `${client.name} is in none of its loadBalancerSourceRanges`
}
