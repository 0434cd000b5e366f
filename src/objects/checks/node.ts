// Which Nodes does the API server refuse, beyond what the schema says?
import { parseAddress } from '../../net/address.ts'
import { parseCidr } from '../../net/cidr.ts'
import type { FieldProblem } from '../kind.ts'
import type { Node } from '../kinds/node.ts'
import { checkQualifiedName } from '../names.ts'
import { forbidden, invalid } from '../problems.ts'
import { sameJson } from '../same.ts'
import { addressRule, cidrRule } from './addresses.ts'
import { list } from './pod-spec.ts'
import { checkRepeats } from './repeats.ts'

export function checkNode(node: Node, old?: Node): FieldProblem[] {
  const problems: FieldProblem[] = []
  const podCidrs = node.spec?.podCIDRs ?? (node.spec?.podCIDR ? [node.spec.podCIDR] : [])
  for (const [index, text] of podCidrs.entries()) {
    if (parseCidr(text) === undefined) problems.push(invalid(['spec', 'podCIDRs', index], text, cidrRule))
  }
  for (const [index, { type, address }] of list(node.status?.addresses).entries()) {
    if ((type === 'InternalIP' || type === 'ExternalIP') && parseAddress(address) === undefined) {
      problems.push(invalid(['status', 'addresses', index, 'address'], address, addressRule))
    }
  }
  const taints = list(node.spec?.taints)
  for (const [index, { key }] of taints.entries()) {
    const problem = checkQualifiedName(key ?? '')
    if (problem !== undefined) problems.push(invalid(['spec', 'taints', index, 'key'], key, problem))
  }
  problems.push(...checkRepeats(taints, ['spec', 'taints'], ({ key, effect }) => ({ key, effect })))
  if (old?.spec?.podCIDR && !sameJson(old.spec.podCIDR, node.spec?.podCIDR)) {
    problems.push(forbidden(['spec', 'podCIDRs'], 'node updates may not change podCIDR except from "" to valid'))
  }
  return problems
}
