// An update of a Service keeps what was allocated when it does not say otherwise, and drops what its type no longer has.
import type { Service } from '../../objects/kinds/service.ts'

type Spec = NonNullable<Service['spec']>

const hasAddress = (spec: Spec) => spec.type !== 'ExternalName'
const hasNodePorts = (spec: Spec) => spec.type === 'NodePort' || spec.type === 'LoadBalancer'
const checksHealth = (spec: Spec) => spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local'
const facesOut = (spec: Spec) =>
  hasNodePorts(spec) || (spec.type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0)

export function carryOver(service: Service, old: Service): Service {
  if (service.spec === undefined || old.spec === undefined) return service
  const spec = [keepAddresses, keepPorts, dropUnused].reduce((next, step) => step(next, old.spec as Spec), service.spec)
  return { ...service, spec }
}

function keepAddresses(spec: Spec, old: Spec): Spec {
  if (!hasAddress(spec) || !hasAddress(old)) return spec
  const families = spec.ipFamilies ?? old.ipFamilies
  const policy = spec.ipFamilyPolicy ?? old.ipFamilyPolicy
  const first = spec.clusterIP || spec.clusterIPs?.[0] || old.clusterIP
  // A client that knows only clusterIP sends that alone; the rest of the list belongs to it as long as it is the same.
  const all = spec.clusterIPs ?? (first === old.clusterIP ? old.clusterIPs : undefined) ?? (first ? [first] : undefined)
  const single = policy === 'SingleStack'
  return {
    ...spec,
    ...(first ? { clusterIP: first } : {}),
    ...(all === undefined ? {} : { clusterIPs: single ? all.slice(0, 1) : [...all] }),
    ...(families === undefined ? {} : { ipFamilies: single ? families.slice(0, 1) : [...families] }),
    ...(policy === undefined ? {} : { ipFamilyPolicy: policy }),
  }
}

function keepPorts(spec: Spec, old: Spec): Spec {
  if (!hasNodePorts(spec) || !hasNodePorts(old)) return spec
  const health =
    checksHealth(spec) && checksHealth(old) && !spec.healthCheckNodePort && old.healthCheckNodePort
      ? { healthCheckNodePort: old.healthCheckNodePort }
      : {}
  const taken = new Set((spec.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])))
  const ports = (spec.ports ?? []).map(port => {
    if (port.nodePort) return port
    const before = old.ports?.find(other => other.port === port.port && other.protocol === port.protocol)
    if (!before?.nodePort || taken.has(before.nodePort)) return port
    return { ...port, nodePort: before.nodePort }
  })
  return { ...spec, ...health, ...(spec.ports === undefined ? {} : { ports }) }
}

/** Only what is still as it was: somebody who sets such a field for a type without it is to be told. */
function dropUnused(spec: Spec, old: Spec): Spec {
  const dropped = new Set<keyof Spec>()
  const dropIfSame = (field: keyof Spec) => {
    if (JSON.stringify(spec[field]) === JSON.stringify(old[field])) dropped.add(field)
  }
  if (!hasAddress(spec) && hasAddress(old)) {
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'] as const) dropIfSame(field)
  }
  if (!checksHealth(spec) && checksHealth(old)) dropIfSame('healthCheckNodePort')
  if (!facesOut(spec) && facesOut(old)) dropIfSame('externalTrafficPolicy')
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName') dropIfSame('internalTrafficPolicy')
  if (spec.type !== 'LoadBalancer' && old.type === 'LoadBalancer') {
    dropIfSame('allocateLoadBalancerNodePorts')
    dropIfSame('loadBalancerClass')
  }
  const kept = Object.fromEntries(Object.entries(spec).filter(([name]) => !dropped.has(name as keyof Spec))) as Spec
  if (hasNodePorts(spec) || !hasNodePorts(old) || spec.ports === undefined) return kept
  const ports = spec.ports.map(port => {
    const same = old.ports?.some(other => other.port === port.port && other.nodePort === port.nodePort)
    if (!same) return port
    const { nodePort: _nodePort, ...rest } = port
    return rest
  })
  return { ...kept, ports }
}
