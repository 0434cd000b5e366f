// Which endpoints may a connection to a Service port get, which not, and why not?
import { type Family, familyOf } from '../../net/address.ts'
import type { EndpointModel, ServiceModel, ServicePortModel } from '../../network/model.ts'
import { type EndpointChoice, usableEndpoints } from '../../network/resolve/usable-endpoints.ts'
import type { ToService } from './arrive.ts'
import { addressText, socketText, type TraceWorld } from './world.ts'

export interface Choice {
  readonly usable: readonly EndpointModel[]
  /** One line for each endpoint. */
  readonly candidates: readonly string[]
  /** The traffic policy that limits the choice to one node. */
  readonly isLocal: boolean
}

/** The same question that each node's rules are compiled from. */
export function chooseEndpoint(way: ToService, family: Family, world: TraceWorld): Choice {
  const { service, frontend, node, side } = way
  const port = service.ports[frontend.portIndex]
  const isLocal =
    frontend.kind === 'cluster'
      ? service.internalTrafficPolicy === 'Local'
      : service.externalTrafficPolicy === 'Local' && side === 'outside'
  const choice: EndpointChoice = isLocal
    ? { family, policy: 'Local', ...(node === undefined ? {} : { node }) }
    : { family }
  return candidatesOf(port, { choice, world, isLocal })
}

/** For a proxy, which talks to endpoints without a Service's address in between. */
export function chooseUpstream(port: ServicePortModel, world: TraceWorld): Choice {
  return candidatesOf(port, { choice: {}, world, isLocal: false })
}

interface Question {
  readonly choice: EndpointChoice
  readonly world: TraceWorld
  readonly isLocal: boolean
}

function candidatesOf(port: ServicePortModel | undefined, { choice, world, isLocal }: Question): Choice {
  if (port === undefined) return { usable: [], candidates: [], isLocal }
  const usable = usableEndpoints(port, choice)
  const candidates = port.endpoints.map(
    endpoint => `${describeEndpoint(endpoint, world)}: ${stateOf(endpoint, { usable, choice })}`,
  )
  return { usable, candidates, isLocal }
}

/** `default/echo-…-abc 10.244.0.10:8080 on k8s-1`. */
export function describeEndpoint({ address, port, pod, node }: EndpointModel, world: TraceWorld): string {
  const isForeseen = world.prediction.placeholders.has(address)
  const where = isForeseen ? `port ${port}` : socketText(address, port, world)
  const who = pod ?? (isForeseen ? addressText(address, world) : '')
  return `${who === '' ? '' : `${who} `}${where}${node === undefined ? '' : ` on ${node}`}`
}

interface Judged {
  readonly usable: readonly EndpointModel[]
  readonly choice: EndpointChoice
}

function stateOf(endpoint: EndpointModel, { usable, choice }: Judged): string {
  if (usable.includes(endpoint)) return endpoint.ready ? 'ready' : 'terminating, and used because no other is ready'
  if (choice.family !== undefined && familyOf(endpoint.address) !== choice.family) return 'of the other address family'
  if (choice.policy === 'Local' && endpoint.node !== choice.node) {
    return `not on ${choice.node ?? 'the same node'}, and the traffic policy is Local`
  }
  return endpoint.terminating ? 'terminating' : 'not ready'
}

/** Why a Service port has nobody who could answer. */
export function whyNobody(service: ServiceModel, { candidates, isLocal }: Choice): string {
  if (candidates.length === 0) return `Service ${service.key} has no endpoint`
  return isLocal
    ? `Service ${service.key} has no ready endpoint on the node, and its traffic policy is Local`
    : `Service ${service.key} has no ready endpoint`
}
