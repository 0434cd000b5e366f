// Which NetworkPolicies does the API server refuse? Follows ValidateNetworkPolicy.
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer'
import type { INetworkPolicyPort } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPort'
import { covers, parseCidr, sizeOf } from '../../net/cidr.ts'
import type { FieldProblem } from '../kind.ts'
import type { NetworkPolicy } from '../kinds/network-policy.ts'
import type { Immutable } from '../object.ts'
import { type FieldPath, forbidden, invalid, required } from '../problems.ts'
import { cidrRule } from './addresses.ts'
import { checkLabelSelector } from './label-selector.ts'
import { list } from './pod-spec.ts'
import { checkPortNumber, checkPortOrName } from './ports.ts'

type Peer = Immutable<INetworkPolicyPeer>
type Port = Immutable<INetworkPolicyPort>

export function checkNetworkPolicy(policy: NetworkPolicy): FieldProblem[] {
  const spec = policy.spec
  const problems = checkLabelSelector(spec?.podSelector, ['spec', 'podSelector'])
  for (const [index, rule] of list(spec?.ingress).entries()) {
    problems.push(...checkRule(rule.ports, rule.from, { path: ['spec', 'ingress', index], peers: 'from' }))
  }
  for (const [index, rule] of list(spec?.egress).entries()) {
    problems.push(...checkRule(rule.ports, rule.to, { path: ['spec', 'egress', index], peers: 'to' }))
  }
  return problems
}

function checkRule(
  ports: readonly Port[] | undefined,
  peers: readonly Peer[] | undefined,
  place: { readonly path: FieldPath; readonly peers: 'from' | 'to' },
): FieldProblem[] {
  return [
    ...list(ports).flatMap((port, index) => checkPort(port, [...place.path, 'ports', index])),
    ...list(peers).flatMap((peer, index) => checkPeer(peer, [...place.path, place.peers, index])),
  ]
}

function checkPort({ port, endPort }: Port, path: FieldPath): FieldProblem[] {
  const problems = port === undefined ? [] : checkPortOrName(port, [...path, 'port'])
  if (typeof endPort !== 'number') return problems
  const at = [...path, 'endPort']
  problems.push(...checkPortNumber(endPort, at))
  if (port === undefined) problems.push(invalid(at, endPort, 'may not be specified when `port` is not specified'))
  else if (typeof port === 'string')
    problems.push(invalid(at, endPort, 'may not be specified when `port` is non-numeric'))
  else if (endPort < port) problems.push(invalid(at, endPort, 'must be greater than or equal to `port`'))
  return problems
}

function checkPeer(peer: Peer, path: FieldPath): FieldProblem[] {
  const { podSelector, namespaceSelector, ipBlock } = peer
  const problems: FieldProblem[] = [
    ...checkLabelSelector(podSelector, [...path, 'podSelector']),
    ...checkLabelSelector(namespaceSelector, [...path, 'namespaceSelector']),
  ]
  if (ipBlock) {
    problems.push(...checkIpBlock(ipBlock, [...path, 'ipBlock']))
    if (podSelector || namespaceSelector)
      problems.push(forbidden(path, 'may not specify both ipBlock and another peer'))
  } else if (!podSelector && !namespaceSelector) problems.push(required(path, 'must specify a peer'))
  return problems
}

function checkIpBlock(block: NonNullable<Peer['ipBlock']>, path: FieldPath): FieldProblem[] {
  const problems: FieldProblem[] = []
  if (!block.cidr) return [required([...path, 'cidr'])]
  const whole = parseCidr(block.cidr)
  if (whole === undefined) problems.push(invalid([...path, 'cidr'], block.cidr, cidrRule))
  for (const [index, text] of (block.except ?? []).entries()) {
    const at = [...path, 'except', index]
    const part = parseCidr(text)
    if (part === undefined) problems.push(invalid(at, text, cidrRule))
    else if (whole !== undefined && !(covers(whole, part) && sizeOf(part) < sizeOf(whole))) {
      problems.push(invalid(at, text, 'must be a strict subset of `cidr`'))
    }
  }
  return problems
}
