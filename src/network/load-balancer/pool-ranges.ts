// Which addresses does a CiliumLoadBalancerIPPool hold?
import { type Address, parseAddress } from '../../net/address.ts'
import { type Cidr, contains, hostCidr, overlaps, parseCidr, parseRange, type Range } from '../../net/cidr.ts'
import type { FieldProblem } from '../../objects/kind.ts'
import type { CiliumLoadBalancerIPPool } from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'

export interface PoolRanges {
  readonly ranges: readonly PoolRange[]
  readonly problems: readonly FieldProblem[]
}

export interface PoolRange extends Range {
  /** As written, for messages. */
  readonly text: string
  /** Where in the object it stands: ['spec', 'blocks', 0]. */
  readonly path: readonly (string | number)[]
}

interface Block {
  readonly cidr?: string
  readonly start?: string
  readonly stop?: string
}

/** A field that upstream removed in 1.16; manifests with it are still found everywhere. */
interface OldSpec {
  readonly cidrs?: readonly Block[]
}

/** What cannot be read is left out, with a problem that names its place. */
export function poolRanges(pool: CiliumLoadBalancerIPPool): PoolRanges {
  const ranges: PoolRange[] = []
  const problems: FieldProblem[] = []
  const old = (pool.spec as OldSpec | undefined)?.cidrs ?? []
  if (old.length > 0) {
    const blocks = old.map(({ cidr }) => `- cidr: ${JSON.stringify(cidr)}`).join('\n')
    problems.push({
      path: ['spec', 'cidrs'],
      severity: 'warning',
      message: 'spec.cidrs was removed in Cilium 1.16, where this pool would be empty; read as spec.blocks',
      fix: `blocks:\n${blocks}`,
    })
  }
  for (const [field, list] of [['blocks', pool.spec?.blocks ?? []] as const, ['cidrs', old] as const]) {
    for (const [index, block] of (list as readonly Block[]).entries()) {
      const path = ['spec', field, index]
      const read = rangeOf(block, pool.spec?.allowFirstLastIPs === 'No')
      if (typeof read === 'string') problems.push({ path, severity: 'error', message: read })
      else ranges.push({ ...read, path })
    }
  }
  return { ranges, problems }
}

function rangeOf(block: Block, withoutEnds: boolean): Omit<PoolRange, 'path'> | string {
  const { cidr, start, stop } = block
  if (cidr !== undefined && cidr !== '') {
    const address = parseAddress(cidr)
    const parsed = address === undefined ? parseCidr(cidr) : hostCidr(address)
    if (parsed === undefined) return `Invalid value: ${JSON.stringify(cidr)}: not a CIDR`
    return { ...(withoutEnds ? inner(parsed) : bounds(parsed)), text: cidr }
  }
  if (start === undefined || start === '') return 'Required value: a block needs `cidr`, or `start` and `stop`'
  const end = stop === undefined || stop === '' ? start : stop
  const range = parseRange(start, end)
  if (range === undefined) {
    return `Invalid value: ${JSON.stringify(`${start} - ${end}`)}: not two addresses of one family in ascending order`
  }
  return { ...range, text: start === end ? start : `${start} - ${end}` }
}

function bounds({ family, first, last }: Cidr): Range {
  return { family, first, last }
}

/** Network and broadcast address stay out, except where nothing would be left. */
function inner(cidr: Cidr): Range {
  const width = cidr.family === 4 ? 32 : 128
  const { family, first, last } = bounds(cidr)
  return cidr.prefix >= width - 1 ? { family, first, last } : { family, first: first + 1n, last: last - 1n }
}

/** Two ranges of one pool that overlap. */
export function overlapWithin(ranges: readonly PoolRange[]): readonly [PoolRange, PoolRange] | undefined {
  for (const [index, range] of ranges.entries()) {
    const other = ranges.slice(index + 1).find(candidate => overlaps(range, candidate))
    if (other !== undefined) return [range, other]
  }
  return undefined
}

export function rangesContain(ranges: readonly PoolRange[], address: Address): boolean {
  return ranges.some(range => contains(range, address))
}
