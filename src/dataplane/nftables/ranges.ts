// The fewest disjoint ranges that hold the same addresses: what an interval set of the kernel accepts.
import { type Address, type Family, familyOf, toBits } from '../../net/address.ts'
import type { Range } from '../../net/cidr.ts'

export function disjoint(ranges: readonly Range[], family: Family): readonly Range[] {
  const sorted = ranges
    .filter(range => range.family === family)
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))
  const merged: { family: Family; first: bigint; last: bigint }[] = []
  for (const { first, last } of sorted) {
    const held = merged.at(-1)
    if (held === undefined || first > held.last + 1n) merged.push({ family, first, last })
    else if (last > held.last) held.last = last
  }
  return merged
}

export function single(address: Address): Range {
  const bits = toBits(address)
  return { family: familyOf(address), first: bits, last: bits }
}
