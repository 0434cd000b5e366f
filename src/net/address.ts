// What an IP address is: canonical text, either family, comparable and computable.

/** An IPv4 or IPv6 address in canonical text (RFC 5952 for IPv6), so equal addresses are equal strings. */
export type Address = string & { readonly __address: unique symbol }

export type Family = 4 | 6

/** Parses strictly: no leading zeros in IPv4 octets, no zone, no port. Undefined when it is not an address. */
export function parseAddress(text: string): Address | undefined {
  const value = text.includes(':') ? parseV6(text) : parseV4(text)
  return value === undefined ? undefined : formatAddress(value.family, value.bits)
}

/** For literals in our own code; throws on a bad one. */
export function address(text: string): Address {
  const parsed = parseAddress(text)
  if (parsed === undefined) throw new Error(`not an IP address: ${JSON.stringify(text)}`)
  return parsed
}

export function familyOf(address: Address): Family {
  return address.includes(':') ? 6 : 4
}

/** The address as an unsigned integer of 32 or 128 bits. */
export function toBits(address: Address): bigint {
  const value = familyOf(address) === 4 ? parseV4(address) : parseV6(address)
  if (value === undefined) throw new Error(`not a canonical address: ${JSON.stringify(address)}`)
  return value.bits
}

export function formatAddress(family: Family, bits: bigint): Address {
  return (family === 4 ? formatV4(bits) : formatV6(bits)) as Address
}

export function nextAddress(address: Address, steps = 1): Address {
  return formatAddress(familyOf(address), toBits(address) + BigInt(steps))
}

/** IPv4 before IPv6, then by number. */
export function compareAddresses(a: Address, b: Address): number {
  const byFamily = familyOf(a) - familyOf(b)
  if (byFamily !== 0) return byFamily
  const [x, y] = [toBits(a), toBits(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

/** The name that a PTR query asks for, without a final dot (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseName(address: Address): string {
  if (familyOf(address) === 4) return `${address.split('.').reverse().join('.')}.in-addr.arpa`
  const nibbles = toBits(address).toString(16).padStart(32, '0')
  return `${[...nibbles].reverse().join('.')}.ip6.arpa`
}

interface Bits {
  readonly family: Family
  readonly bits: bigint
}

function parseV4(text: string): Bits | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let bits = 0
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part)) return undefined
    const octet = Number(part)
    if (octet > 255) return undefined
    bits = bits * 256 + octet
  }
  return { family: 4, bits: BigInt(bits) }
}

function parseV6(text: string): Bits | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0] ?? '')
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...Array<number>(Math.max(missing, 0)).fill(0), ...tail]
  return { family: 6, bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n) }
}

/** The 16-bit groups of one side of `::`; the last may be a dotted IPv4 address. */
function groupsOf(side: string): number[] | undefined {
  if (side === '') return []
  const groups: number[] = []
  const parts = side.split(':')
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const v4 = parseV4(part)
      if (v4 === undefined) return undefined
      groups.push(Number(v4.bits >> 16n), Number(v4.bits & 0xffffn))
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16))
    } else {
      return undefined
    }
  }
  return groups
}

function formatV4(bits: bigint): string {
  const n = Number(bits)
  return `${(n >>> 24) & 255}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`
}

function formatV6(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn))
  let best = { start: -1, length: 1 }
  for (let start = 0; start < 8; start++) {
    let length = 0
    while (start + length < 8 && groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
  }
  const hex = (part: number[]) => part.map(group => group.toString(16)).join(':')
  if (best.start < 0) return hex(groups)
  return `${hex(groups.slice(0, best.start))}::${hex(groups.slice(best.start + best.length))}`
}
