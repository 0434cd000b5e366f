// Cuts the site's pod ranges into one slice per node, in the order of the nodes.
import { formatAddress } from '../net/address.ts'
import { type Cidr, cidr } from '../net/cidr.ts'

const defaultPrefix = { 4: 24, 6: 64 } as const

/** One list per node, a slice for each range; a node past the end of a range gets none of it. */
export function cutPodCidrs(ranges: readonly Cidr[], nodes: number, ipv4Prefix?: number): readonly (readonly Cidr[])[] {
  return Array.from({ length: nodes }, (_, node) =>
    ranges.flatMap(range => {
      const slice = sliceOf(range, node, range.family === 4 ? (ipv4Prefix ?? defaultPrefix[4]) : defaultPrefix[6])
      return slice === undefined ? [] : [slice]
    }),
  )
}

function sliceOf(range: Cidr, index: number, prefix: number): Cidr | undefined {
  const width = range.family === 4 ? 32 : 128
  const length = Math.max(prefix, range.prefix)
  const first = range.first + BigInt(index) * (1n << BigInt(width - length))
  return first > range.last ? undefined : cidr(`${formatAddress(range.family, first)}/${length}`)
}
