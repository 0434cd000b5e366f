// Which Services does the API server refuse, beyond what the schema says? Follows ValidateService.
import { parseAddress } from '../../net/address.ts'
import { parseCidr } from '../../net/cidr.ts'
import type { FieldProblem } from '../kind.ts'
import type { Service } from '../kinds/service.ts'
import { checkLabels } from '../metadata.ts'
import { checkDns1123Label, checkDns1123Subdomain, checkQualifiedName } from '../names.ts'
import { forbidden, invalid, required } from '../problems.ts'
import { sameJson } from '../same.ts'
import { addressRule, checkReachableAddress, cidrRule } from './addresses.ts'
import { list } from './pod-spec.ts'
import { checkPortNumber, checkPortOrName } from './ports.ts'
import { checkRepeats } from './repeats.ts'

type Spec = NonNullable<Service['spec']>

export function checkService(service: Service, old?: Service): FieldProblem[] {
  const spec = service.spec
  if (spec === undefined) return [required(['spec', 'ports'])]
  return [
    ...checkPorts(spec),
    ...checkLabels(spec.selector, ['spec', 'selector']),
    ...checkAddresses(spec),
    ...checkByType(spec),
    ...checkStatus(service.status),
    ...(old?.spec === undefined ? [] : checkUpdate(spec, old.spec)),
  ]
}

function checkPorts(spec: Spec): FieldProblem[] {
  const problems: FieldProblem[] = []
  const ports = list(spec.ports)
  const isHeadless = spec.clusterIP === 'None'
  if (ports.length === 0 && !isHeadless && spec.type !== 'ExternalName') problems.push(required(['spec', 'ports']))
  for (const [index, port] of ports.entries()) {
    const at = ['spec', 'ports', index]
    if (!port.name) {
      if (ports.length > 1) problems.push(required([...at, 'name']))
    } else {
      const problem = checkDns1123Label(port.name)
      if (problem !== undefined) problems.push(invalid([...at, 'name'], port.name, problem))
    }
    problems.push(...checkPortNumber(port.port, [...at, 'port']))
    if (port.targetPort !== undefined) problems.push(...checkPortOrName(port.targetPort, [...at, 'targetPort']))
    if (port.nodePort) {
      const allowed = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
      if (!allowed) problems.push(forbidden([...at, 'nodePort'], "may not be used when `type` is 'ClusterIP'"))
      problems.push(...checkPortNumber(port.nodePort, [...at, 'nodePort']))
    }
    if (port.appProtocol) {
      const problem = checkQualifiedName(port.appProtocol)
      if (problem !== undefined) problems.push(invalid([...at, 'appProtocol'], port.appProtocol, problem))
    }
  }
  problems.push(...checkRepeats(ports, ['spec', 'ports'], port => port.name, 'name'))
  problems.push(
    ...checkRepeats(ports, ['spec', 'ports'], port =>
      port.port === undefined ? undefined : { port: port.port, protocol: port.protocol ?? 'TCP' },
    ),
  )
  problems.push(
    ...checkRepeats(
      ports,
      ['spec', 'ports'],
      port => (port.nodePort ? { nodePort: port.nodePort, protocol: port.protocol ?? 'TCP' } : undefined),
      'nodePort',
    ),
  )
  return problems
}

function checkAddresses(spec: Spec): FieldProblem[] {
  const problems: FieldProblem[] = []
  for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip !== 'None' && parseAddress(ip) === undefined)
      problems.push(invalid(['spec', 'clusterIPs', index], ip, addressRule))
  }
  if (
    spec.clusterIP &&
    spec.clusterIPs === undefined &&
    spec.clusterIP !== 'None' &&
    parseAddress(spec.clusterIP) === undefined
  ) {
    problems.push(invalid(['spec', 'clusterIPs', 0], spec.clusterIP, addressRule))
  }
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    problems.push(...checkReachableAddress(ip, ['spec', 'externalIPs', index]))
  }
  if (spec.loadBalancerIP && parseAddress(spec.loadBalancerIP) === undefined) {
    problems.push(invalid(['spec', 'loadBalancerIP'], spec.loadBalancerIP, addressRule))
  }
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    // Upstream trims the ranges, but only these.
    if (parseCidr(range.trim()) === undefined) {
      problems.push(invalid(['spec', 'loadBalancerSourceRanges', index], range, cidrRule))
    }
  }
  return problems
}

function checkStatus(status: Service['status']): FieldProblem[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }, index) =>
    ip === undefined || ip === '' || parseAddress(ip) !== undefined
      ? []
      : [invalid(['status', 'loadBalancer', 'ingress', index, 'ip'], ip, addressRule)],
  )
}

function checkByType(spec: Spec): FieldProblem[] {
  const problems: FieldProblem[] = []
  const type = spec.type ?? 'ClusterIP'
  if (type === 'ExternalName') {
    const name = spec.externalName ?? ''
    if (name === '') problems.push(required(['spec', 'externalName']))
    else {
      const problem = checkDns1123Subdomain(name.replace(/\.$/, '').toLowerCase())
      if (problem !== undefined) {
        problems.push({ ...invalid(['spec', 'externalName'], name, problem), ...bareName(name) })
      }
    }
    if (spec.clusterIP)
      problems.push(forbidden(['spec', 'clusterIPs', 0], "may not be set when `type` is 'ExternalName'"))
  }
  if ((type === 'LoadBalancer' || type === 'NodePort') && spec.clusterIP === 'None') {
    const problem = invalid(['spec', 'clusterIPs', 0], 'None', `may not be set to 'None' for ${type} services`)
    problems.push({ ...problem, fix: 'remove clusterIP: None, or write type: ClusterIP for a headless Service' })
  }
  if (type !== 'LoadBalancer' && spec.loadBalancerClass) {
    problems.push(forbidden(['spec', 'loadBalancerClass'], "may only be used when `type` is 'LoadBalancer'"))
  }
  if (type !== 'LoadBalancer' && (spec.loadBalancerSourceRanges ?? []).length > 0) {
    problems.push(forbidden(['spec', 'LoadBalancerSourceRanges'], "may only be used when `type` is 'LoadBalancer'"))
  }
  const external =
    type === 'NodePort' || type === 'LoadBalancer' || (type === 'ClusterIP' && (spec.externalIPs ?? []).length > 0)
  if (spec.externalTrafficPolicy && !external) {
    const reason = 'may only be set for externally-accessible services'
    problems.push(invalid(['spec', 'externalTrafficPolicy'], spec.externalTrafficPolicy, reason))
  }
  if (spec.healthCheckNodePort && !(type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local')) {
    const reason = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    problems.push(invalid(['spec', 'healthCheckNodePort'], spec.healthCheckNodePort, reason))
  }
  const timeout = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  if (typeof timeout === 'number' && (timeout < 1 || timeout > 86400)) {
    const path = ['spec', 'sessionAffinityConfig', 'clientIP', 'timeoutSeconds']
    problems.push(invalid(path, timeout, 'must be greater than 0 and less than 86400'))
  }
  return problems
}

/** An alias is a name and nothing else: without the scheme, port and path of a URL. */
function bareName(text: string): { readonly fix?: string } {
  const name = /^(?:[a-z][a-z0-9+.-]*:\/\/)?([^/:\s]+)/i.exec(text)?.[1]?.toLowerCase()
  return name === undefined || name === text || checkDns1123Subdomain(name) !== undefined
    ? {}
    : { fix: `write ${name}: an alias has neither scheme nor port nor path` }
}

function checkUpdate(spec: Spec, old: Spec): FieldProblem[] {
  const problems: FieldProblem[] = []
  const keepsAddress = spec.type !== 'ExternalName' && old.type !== 'ExternalName'
  const [now, before] = [spec.clusterIPs?.[0] ?? spec.clusterIP, old.clusterIPs?.[0] ?? old.clusterIP]
  if (keepsAddress && before && now && now !== before) {
    problems.push(invalid(['spec', 'clusterIPs', 0], spec.clusterIPs ?? [now], 'may not change once set'))
  }
  if (
    old.type === 'LoadBalancer' &&
    spec.type === 'LoadBalancer' &&
    !sameJson(spec.loadBalancerClass, old.loadBalancerClass)
  ) {
    problems.push(invalid(['spec', 'loadBalancerClass'], spec.loadBalancerClass, 'may not change once set'))
  }
  return problems
}
