// What the server gives a Service: families, cluster addresses and node ports; and what it takes back when the type changes.
import { parseAddress } from '../../net/address.ts'
import { ApiError } from '../../objects/api-error.ts'
import type { FieldProblem } from '../../objects/kind.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { keyOf } from '../../objects/object.ts'
import { invalid as invalidField } from '../../objects/problems.ts'
import type { Admission } from '../rest/api.ts'
import { invalid } from '../rest/errors.ts'
import type { Store } from '../store/store.ts'
import { ServiceAddresses } from './service-addresses.ts'
import { carryOver } from './service-carry-over.ts'
import { chooseFamilies, familyOfName } from './service-families.ts'
import { NodePorts } from './service-node-ports.ts'

type Spec = NonNullable<Service['spec']>

export function serviceAdmission(store: Store, cidrs: readonly string[]): Admission {
  const addresses = new ServiceAddresses(store, cidrs)
  const nodePorts = new NodePorts(store)

  const allocate = (service: Service): Service => {
    if (service.spec === undefined) return service
    const withAddresses = giveAddresses(addresses, service, service.spec)
    return { ...service, spec: givePorts(nodePorts, service, withAddresses) }
  }
  return {
    create: object => allocate(object as Service),
    update: (object, old) => allocate(carryOver(object as Service, old as Service)),
  }
}

function giveAddresses(addresses: ServiceAddresses, service: Service, spec: Spec): Spec {
  if (spec.type === 'ExternalName') return spec
  const requested = spec.clusterIPs ?? (spec.clusterIP ? [spec.clusterIP] : [])
  const choice = chooseFamilies({ ...spec, clusterIPs: requested }, addresses.families)
  if ('problems' in choice) throw invalid(services, service.metadata.name, choice.problems)
  const families = { ipFamilies: [...choice.families], ipFamilyPolicy: choice.policy }
  if (requested[0] === 'None') return { ...spec, ...families, clusterIP: 'None', clusterIPs: ['None'] }

  const given = choice.families.map((name, index) => {
    const wanted = requested[index]
    // What is no address is the kind's to refuse, with its own words.
    if (wanted !== undefined) return parseAddress(wanted) === undefined ? wanted : claimed(addresses, service, wanted)
    const picked = addresses.pick(familyOfName(name), keyOf(service))
    if (picked === undefined) {
      const message = `failed to allocate a serviceIP: range is full (${name})`
      throw new ApiError(500, 'InternalError', `Internal error occurred: ${message}`)
    }
    return picked
  })
  return { ...spec, ...families, clusterIP: given[0] ?? '', clusterIPs: given }
}

function claimed(addresses: ServiceAddresses, service: Service, text: string): string {
  const address = parseAddress(text)
  if (address === undefined) return text
  const claim = addresses.check(address, keyOf(service))
  if (claim.kind === 'free') return text
  const problem: FieldProblem = {
    path: ['spec', 'clusterIPs'],
    severity: 'error',
    message: `Invalid value: []string{${JSON.stringify(text)}}: failed to allocate IP ${text}: ${claim.why}`,
  }
  throw invalid(services, service.metadata.name, [problem])
}

function givePorts(nodePorts: NodePorts, service: Service, spec: Spec): Spec {
  const wantsPorts =
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false)
  const mayHavePorts = wantsPorts || spec.type === 'LoadBalancer'
  const taken = new Set((spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])))
  /** TCP and UDP of one port share a node port, as upstream gives them. */
  const byPort = new Map<number, number>()
  const ports = (spec.ports ?? []).map((port, index) => {
    if (port.nodePort && mayHavePorts) {
      requireFree(nodePorts, service, { port: port.nodePort, path: ['spec', 'ports', index, 'nodePort'] })
      byPort.set(port.port, port.nodePort)
      return port
    }
    if (!wantsPorts) return port
    const shared = spec.ports?.some(
      (other, at) => at < index && other.port === port.port && other.protocol === port.protocol,
    )
    const nodePort = (shared ? undefined : byPort.get(port.port)) ?? pickPort(nodePorts, service, taken)
    byPort.set(port.port, nodePort)
    return { ...port, nodePort }
  })
  const withPorts = spec.ports === undefined ? spec : { ...spec, ports }
  const checksHealth = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
  if (!checksHealth) return withPorts
  if (spec.healthCheckNodePort) {
    requireFree(nodePorts, service, { port: spec.healthCheckNodePort, path: ['spec', 'healthCheckNodePort'] })
    return withPorts
  }
  return { ...withPorts, healthCheckNodePort: pickPort(nodePorts, service, taken) }
}

function pickPort(nodePorts: NodePorts, service: Service, taken: Set<number>): number {
  const port = nodePorts.pick(taken)
  if (port === undefined) {
    const message = `failed to allocate a nodePort for ${keyOf(service)}: range is full`
    throw new ApiError(500, 'InternalError', `Internal error occurred: ${message}`)
  }
  taken.add(port)
  return port
}

function requireFree(
  nodePorts: NodePorts,
  service: Service,
  { port, path }: { readonly port: number; readonly path: readonly (string | number)[] },
): void {
  const claim = nodePorts.check(port, keyOf(service))
  if (claim.kind === 'refused') throw invalid(services, service.metadata.name, [invalidField(path, port, claim.why)])
}
