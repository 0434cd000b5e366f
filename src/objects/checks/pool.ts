// Which load-balancer pools can hold no address as written?
import { parseAddress } from '../../net/address.ts'
import { parseCidr, parseRange } from '../../net/cidr.ts'
import type { FieldProblem } from '../kind.ts'
import type { CiliumLoadBalancerIPPool } from '../kinds/cilium-load-balancer-ip-pool.ts'
import { type FieldPath, invalid, required } from '../problems.ts'
import { addressRule, cidrRule } from './addresses.ts'
import { checkLabelSelector } from './label-selector.ts'
import { list } from './pod-spec.ts'

export function checkPool(pool: CiliumLoadBalancerIPPool): FieldProblem[] {
  const spec = pool.spec
  return [
    ...list(spec?.blocks).flatMap((block, index) => checkBlock(block, ['spec', 'blocks', index])),
    ...list(spec?.cidrs).flatMap(({ cidr }, index) =>
      checkBlock(cidr === undefined ? {} : { cidr }, ['spec', 'cidrs', index]),
    ),
    ...checkLabelSelector(spec?.serviceSelector as Parameters<typeof checkLabelSelector>[0], [
      'spec',
      'serviceSelector',
    ]),
  ]
}

interface Block {
  readonly cidr?: string
  readonly start?: string
  readonly stop?: string
}

/** A CIDR or a range, not both; a start alone is one address. */
function checkBlock({ cidr, start, stop }: Block, path: FieldPath): FieldProblem[] {
  if (cidr) {
    if (start || stop) return [invalid(path, { cidr, start, stop }, 'may not specify both cidr and start')]
    return parseCidr(cidr) === undefined ? [invalid([...path, 'cidr'], cidr, cidrRule)] : []
  }
  if (!start) return [required([...path, stop ? 'start' : 'cidr'])]
  const problems: FieldProblem[] = []
  if (parseAddress(start) === undefined) problems.push(invalid([...path, 'start'], start, addressRule))
  if (!stop) return problems
  if (parseAddress(stop) === undefined) problems.push(invalid([...path, 'stop'], stop, addressRule))
  else if (problems.length === 0 && parseRange(start, stop) === undefined) {
    problems.push(invalid([...path, 'stop'], stop, `must be an address of the same family, not before ${start}`))
  }
  return problems
}
