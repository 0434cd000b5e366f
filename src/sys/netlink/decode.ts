// What the kernel's lists of links, addresses, routes and neighbours say.
import { type Address, type Family, formatAddress } from '../../net/address.ts'
import { type Cidr, cidr } from '../../net/cidr.ts'
import type { MacAddress } from './changes.ts'
import * as k from './constants.ts'
import { type Message, readAttributes, readText } from './message.ts'

export interface Link {
  readonly index: number
  readonly name: string
  /** `veth`, `bridge` …; empty for loopback and hardware. */
  readonly kind: string
  readonly mac: MacAddress
  readonly mtu: number
  readonly up: boolean
  /** Up, and so is the other end. */
  readonly carrier: boolean
  /** Index of the bridge it is a port of. */
  readonly master?: number
}

export interface HeldAddress {
  readonly device: number
  readonly address: Address
  readonly prefix: number
  /** IPv6 only: still being checked for a duplicate, not usable yet. */
  readonly tentative: boolean
}

export interface Route {
  readonly family: Family
  /** Absent for the default route. */
  readonly to?: Cidr
  readonly via?: Address
  readonly device?: number
  readonly source?: Address
  readonly type:
    | 'unicast'
    | 'local'
    | 'broadcast'
    | 'anycast'
    | 'multicast'
    | 'blackhole'
    | 'unreachable'
    | 'prohibit'
    | 'other'
  readonly table: number
  readonly metric: number
}

export interface Neighbour {
  readonly device: number
  readonly address: Address
  readonly mac?: MacAddress
  readonly permanent: boolean
}

export function decodeLink({ type, body }: Message): Link | undefined {
  if (type !== k.RTM_NEWLINK) return undefined
  const attributes = readAttributes(body, 16)
  const flags = body.readUInt32LE(8)
  const info = attributes.get(k.IFLA_LINKINFO)
  const kind = info === undefined ? undefined : readAttributes(info).get(k.IFLA_INFO_KIND)
  const master = attributes.get(k.IFLA_MASTER)
  return {
    index: body.readInt32LE(4),
    name: readText(attributes.get(k.IFLA_IFNAME) ?? Buffer.alloc(0)),
    kind: kind === undefined ? '' : readText(kind),
    mac: formatMac(attributes.get(k.IFLA_ADDRESS) ?? Buffer.alloc(0)),
    mtu: attributes.get(k.IFLA_MTU)?.readUInt32LE(0) ?? 0,
    up: (flags & k.IFF_UP) !== 0,
    carrier: (flags & k.IFF_LOWER_UP) !== 0,
    ...(master === undefined ? {} : { master: master.readUInt32LE(0) }),
  }
}

export function decodeAddress({ type, body }: Message): HeldAddress | undefined {
  if (type !== k.RTM_NEWADDR) return undefined
  const attributes = readAttributes(body, 8)
  // On a point-to-point link IFA_ADDRESS is the other end; what we hold is IFA_LOCAL. IPv6 sends only IFA_ADDRESS.
  const bytes = attributes.get(k.IFA_LOCAL) ?? attributes.get(k.IFA_ADDRESS)
  const address = bytes && readAddress(bytes)
  if (address === undefined) return undefined
  const flags = attributes.get(k.IFA_FLAGS)?.readUInt32LE(0) ?? body.readUInt8(2)
  const tentative = (flags & k.IFA_F_TENTATIVE) !== 0
  return { device: body.readUInt32LE(4), address, prefix: body.readUInt8(1), tentative }
}

const routeTypeNames: Readonly<Record<number, Route['type']>> = {
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  4: 'anycast',
  5: 'multicast',
  6: 'blackhole',
  7: 'unreachable',
  8: 'prohibit',
}

export function decodeRoute({ type, body }: Message): Route | undefined {
  if (type !== k.RTM_NEWROUTE) return undefined
  const family = familyFrom(body.readUInt8(0))
  if (family === undefined) return undefined
  const attributes = readAttributes(body, 12)
  const destination = attributes.get(k.RTA_DST)
  const prefix = body.readUInt8(1)
  const base = destination && readAddress(destination)
  const other = attributes.get(k.RTA_VIA)
  const gateway = attributes.get(k.RTA_GATEWAY) ?? other?.subarray(2)
  const via = gateway && readAddress(gateway)
  const device = attributes.get(k.RTA_OIF)?.readUInt32LE(0)
  const preferred = attributes.get(k.RTA_PREFSRC)
  const source = preferred && readAddress(preferred)
  return {
    family,
    ...(base === undefined ? {} : { to: cidr(`${base}/${prefix}`) }),
    ...(via === undefined ? {} : { via }),
    ...(device === undefined ? {} : { device }),
    ...(source === undefined ? {} : { source }),
    type: routeTypeNames[body.readUInt8(7)] ?? 'other',
    table: attributes.get(k.RTA_TABLE)?.readUInt32LE(0) ?? body.readUInt8(4),
    metric: attributes.get(k.RTA_PRIORITY)?.readUInt32LE(0) ?? 0,
  }
}

export function decodeNeighbour({ type, body }: Message): Neighbour | undefined {
  if (type !== k.RTM_NEWNEIGH || familyFrom(body.readUInt8(0)) === undefined) return undefined
  const attributes = readAttributes(body, 12)
  const bytes = attributes.get(k.NDA_DST)
  const address = bytes && readAddress(bytes)
  if (address === undefined) return undefined
  const mac = attributes.get(k.NDA_LLADDR)
  const permanent = (body.readUInt16LE(8) & k.NUD_PERMANENT) !== 0
  return { device: body.readInt32LE(4), address, permanent, ...(mac === undefined ? {} : { mac: formatMac(mac) }) }
}

export function formatMac(bytes: Uint8Array): MacAddress {
  return [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join(':')
}

function familyFrom(number: number): Family | undefined {
  return number === k.AF_INET ? 4 : number === k.AF_INET6 ? 6 : undefined
}

function readAddress(bytes: Buffer): Address | undefined {
  if (bytes.length !== 4 && bytes.length !== 16) return undefined
  return formatAddress(bytes.length === 4 ? 4 : 6, BigInt(`0x${bytes.toString('hex')}`))
}
