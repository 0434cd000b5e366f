// Which addresses a CIDR or a range holds, and whether two of them overlap.
import { type Address, type Family, familyOf, formatAddress, parseAddress, toBits } from './address.ts'

/** Addresses `first` to `last`, both included, of one family. */
export interface Range {
  readonly family: Family
  readonly first: bigint
  readonly last: bigint
}

export interface Cidr extends Range {
  /** The network address; host bits of the input are masked away. */
  readonly base: Address
  readonly prefix: number
}

/** Parses `address/prefix`. Undefined when it is not one. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const parsed = parseAddress(text.slice(0, slash))
  const digits = text.slice(slash + 1)
  if (parsed === undefined || !/^(0|[1-9]\d{0,2})$/.test(digits)) return undefined
  const family = familyOf(parsed)
  const width = family === 4 ? 32 : 128
  const prefix = Number(digits)
  if (prefix > width) return undefined
  const size = 1n << BigInt(width - prefix)
  const first = (toBits(parsed) / size) * size
  return { family, first, last: first + size - 1n, base: formatAddress(family, first), prefix }
}

/** For literals in our own code; throws on a bad one. */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if (parsed === undefined) throw new Error(`not a CIDR: ${JSON.stringify(text)}`)
  return parsed
}

/** True when `text` has host bits set, as in 10.0.0.12/24. */
export function hasHostBits(text: string): boolean {
  const parsed = parseCidr(text)
  return parsed !== undefined && parseAddress(text.slice(0, text.indexOf('/'))) !== parsed.base
}

export function formatCidr(cidr: Cidr): string {
  return `${cidr.base}/${cidr.prefix}`
}

/** A single address as /32 or /128. */
export function hostCidr(address: Address): Cidr {
  return cidr(`${address}/${familyOf(address) === 4 ? 32 : 128}`)
}

/** Both ends included; undefined when the families differ or the end is before the start. */
export function parseRange(start: string, stop: string): Range | undefined {
  const [a, b] = [parseAddress(start), parseAddress(stop)]
  if (a === undefined || b === undefined || familyOf(a) !== familyOf(b)) return undefined
  const [first, last] = [toBits(a), toBits(b)]
  return last < first ? undefined : { family: familyOf(a), first, last }
}

export function contains(range: Range, address: Address): boolean {
  if (range.family !== familyOf(address)) return false
  const bits = toBits(address)
  return range.first <= bits && bits <= range.last
}

export function covers(outer: Range, inner: Range): boolean {
  return outer.family === inner.family && outer.first <= inner.first && inner.last <= outer.last
}

export function overlaps(a: Range, b: Range): boolean {
  return a.family === b.family && a.first <= b.last && b.first <= a.last
}

export function sizeOf(range: Range): bigint {
  return range.last - range.first + 1n
}

/** The `index`-th address of the range, from 0; undefined past its end. */
export function addressAt(range: Range, index: bigint | number): Address | undefined {
  const bits = range.first + BigInt(index)
  return bits > range.last ? undefined : formatAddress(range.family, bits)
}
