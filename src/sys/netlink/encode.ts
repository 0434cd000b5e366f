// How a change becomes an rtnetlink message.
import { type Address, familyOf, toBits } from '../../net/address.ts'
import type { Change, InterfaceAddress, MacAddress, NewLink, RouteChange } from './changes.ts'
import * as k from './constants.ts'
import type { Header, MessageWriter } from './message.ts'

/** Finds an interface's index by its name, in the namespace of the socket. */
export type IndexOf = (device: string) => number

type ChangeOf<Kind extends Change['kind']> = Extract<Change, { readonly kind: Kind }>

/** Writes the message for one change. `indexOf` is asked before the first byte is written. */
export function writeChange(writer: MessageWriter, change: Change, sequence: number, indexOf: IndexOf): void {
  const add = k.NLM_F_CREATE | k.NLM_F_EXCL
  const put = k.NLM_F_CREATE | k.NLM_F_REPLACE
  switch (change.kind) {
    case 'add-veth':
      writeVeth(writer, header(k.RTM_NEWLINK, add, sequence), change)
      break
    case 'add-bridge':
      writeBridge(writer, header(k.RTM_NEWLINK, add, sequence), change)
      break
    case 'set-link': {
      const master = typeof change.master === 'string' ? indexOf(change.master) : 0
      writer.message(header(k.RTM_NEWLINK, 0, sequence), linkHead(change), () => {
        writeLink(writer, change)
        if (change.queueLength !== undefined) writer.attribute32(k.IFLA_TXQLEN, change.queueLength)
        if (change.noIpv6Addresses === true) {
          writer.nested(k.IFLA_AF_SPEC, () =>
            writer.nested(k.AF_INET6, () => writer.attribute8(k.IFLA_INET6_ADDR_GEN_MODE, k.IN6_ADDR_GEN_MODE_NONE)),
          )
        }
        if (change.master !== undefined) writer.attribute32(k.IFLA_MASTER, master)
      })
      break
    }
    case 'delete-link':
      writer.message(header(k.RTM_DELLINK, 0, sequence), linkHead({}), () => writeLink(writer, change))
      break
    case 'add-address':
      writeAddress(writer, header(k.RTM_NEWADDR, add, sequence), change, indexOf)
      break
    case 'put-address':
      writeAddress(writer, header(k.RTM_NEWADDR, put, sequence), change, indexOf)
      break
    case 'delete-address':
      writeAddress(writer, header(k.RTM_DELADDR, 0, sequence), change, indexOf)
      break
    case 'add-route':
      writeRoute(writer, header(k.RTM_NEWROUTE, add, sequence), change, indexOf)
      break
    case 'put-route':
      writeRoute(writer, header(k.RTM_NEWROUTE, put, sequence), change, indexOf)
      break
    case 'delete-route':
      writeRoute(writer, header(k.RTM_DELROUTE, 0, sequence), change, indexOf)
      break
    case 'put-neighbour':
      writeNeighbour(writer, header(k.RTM_NEWNEIGH, put, sequence), change, indexOf)
      break
    case 'delete-neighbour':
      writeNeighbour(writer, header(k.RTM_DELNEIGH, 0, sequence), change, indexOf)
      break
  }
}

export function addressBytes(address: Address): Buffer {
  return Buffer.from(
    toBits(address)
      .toString(16)
      .padStart(familyOf(address) === 4 ? 8 : 32, '0'),
    'hex',
  )
}

export function macBytes(mac: MacAddress): Buffer {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) throw new Error(`not a MAC address: ${JSON.stringify(mac)}`)
  return Buffer.from(mac.replaceAll(':', ''), 'hex')
}

function familyNumber(address: Address): number {
  return familyOf(address) === 4 ? k.AF_INET : k.AF_INET6
}

function header(type: number, flags: number, sequence: number): Header {
  return { type, flags: k.NLM_F_REQUEST | flags, sequence }
}

/** A `struct ifinfomsg`. Index 0: the interface is meant by the name among the attributes. */
function linkHead({ up }: { readonly up?: boolean }): Buffer {
  const fixed = Buffer.alloc(16)
  if (up !== undefined) {
    fixed.writeUInt32LE(up ? k.IFF_UP : 0, 8)
    fixed.writeUInt32LE(k.IFF_UP, 12)
  }
  return fixed
}

function writeVeth(writer: MessageWriter, head: Header, change: ChangeOf<'add-veth'>): void {
  writer.message(head, linkHead(change), () => {
    writeEnd(writer, change)
    writer.nested(k.IFLA_LINKINFO, () => {
      writer.attributeText(k.IFLA_INFO_KIND, 'veth')
      writer.nested(k.IFLA_INFO_DATA, () => {
        writer.nested(k.VETH_INFO_PEER, () => {
          writer.raw(linkHead({}))
          writeEnd(writer, change.peer)
          if (change.peer.namespaceFd !== undefined) writer.attribute32(k.IFLA_NET_NS_FD, change.peer.namespaceFd)
        })
      })
    })
  })
}

function writeBridge(writer: MessageWriter, head: Header, change: ChangeOf<'add-bridge'>): void {
  writer.message(head, linkHead(change), () => {
    writeLink(writer, change)
    writer.nested(k.IFLA_LINKINFO, () => {
      writer.attributeText(k.IFLA_INFO_KIND, 'bridge')
      writer.nested(k.IFLA_INFO_DATA, () => {
        // A port forwards at once: there is one bridge, so no loop to look for, and no multicast worth tracking.
        writer.attribute32(k.IFLA_BR_FORWARD_DELAY, 0)
        writer.attribute32(k.IFLA_BR_STP_STATE, 0)
        writer.attribute8(k.IFLA_BR_MCAST_SNOOPING, 0)
      })
    })
  })
}

function writeEnd(writer: MessageWriter, end: NewLink): void {
  writeLink(writer, end)
  // Without these the kernel makes one queue for each possible core, which only costs memory here.
  writer.attribute32(k.IFLA_NUM_TX_QUEUES, 1)
  writer.attribute32(k.IFLA_NUM_RX_QUEUES, 1)
}

function writeLink(writer: MessageWriter, link: NewLink): void {
  if (Buffer.byteLength(link.name) > 15) throw new Error(`an interface name has at most 15 bytes: ${link.name}`)
  writer.attributeText(k.IFLA_IFNAME, link.name)
  if (link.mac !== undefined) writer.attribute(k.IFLA_ADDRESS, macBytes(link.mac))
  if (link.mtu !== undefined) writer.attribute32(k.IFLA_MTU, link.mtu)
}

function writeAddress(writer: MessageWriter, head: Header, change: InterfaceAddress, indexOf: IndexOf): void {
  const fixed = Buffer.alloc(8)
  fixed.writeUInt8(familyNumber(change.address), 0)
  fixed.writeUInt8(change.prefix, 1)
  fixed.writeUInt32LE(indexOf(change.device), 4)
  writer.message(head, fixed, () => {
    const bytes = addressBytes(change.address)
    writer.attribute(k.IFA_LOCAL, bytes)
    writer.attribute(k.IFA_ADDRESS, bytes)
    // Nobody else is on these links: looking for a duplicate would only keep the address unusable for a second.
    writer.attribute32(k.IFA_FLAGS, k.IFA_F_NODAD | (change.noPrefixRoute === true ? k.IFA_F_NOPREFIXROUTE : 0))
  })
}

function writeNeighbour(
  writer: MessageWriter,
  head: Header,
  change: ChangeOf<'put-neighbour' | 'delete-neighbour'>,
  indexOf: IndexOf,
): void {
  const fixed = Buffer.alloc(12)
  fixed.writeUInt8(familyNumber(change.address), 0)
  fixed.writeInt32LE(indexOf(change.device), 4)
  if (change.kind === 'put-neighbour') fixed.writeUInt16LE(k.NUD_PERMANENT, 8)
  writer.message(head, fixed, () => {
    writer.attribute(k.NDA_DST, addressBytes(change.address))
    if (change.kind === 'put-neighbour') writer.attribute(k.NDA_LLADDR, macBytes(change.mac))
  })
}

const routeTypes = { unicast: 1, local: 2, blackhole: 6, unreachable: 7 } as const

function writeRoute(writer: MessageWriter, head: Header, route: RouteChange, indexOf: IndexOf): void {
  const type = route.type ?? 'unicast'
  const deletes = head.type === k.RTM_DELROUTE
  const index = route.device === undefined ? undefined : indexOf(route.device)
  const family = typeof route.to === 'number' ? route.to : route.to.family
  const table = route.table ?? (type === 'local' ? k.RT_TABLE_LOCAL : k.RT_TABLE_MAIN)
  const fixed = Buffer.alloc(12)
  fixed.writeUInt8(family === 4 ? k.AF_INET : k.AF_INET6, 0)
  fixed.writeUInt8(typeof route.to === 'number' ? 0 : route.to.prefix, 1)
  fixed.writeUInt8(table < 256 ? table : 0, 4)
  if (!deletes) fixed.writeUInt8(k.RTPROT_STATIC, 5)
  fixed.writeUInt8(deletes ? k.RT_SCOPE_NOWHERE : scopeOf(route), 6)
  // A deletion without a type takes the route whatever it is.
  fixed.writeUInt8(deletes && route.type === undefined ? 0 : routeTypes[type], 7)
  if (route.onLink === true) fixed.writeUInt32LE(k.RTNH_F_ONLINK, 8)
  writer.message(head, fixed, () => {
    if (typeof route.to !== 'number' && route.to.prefix > 0) writer.attribute(k.RTA_DST, addressBytes(route.to.base))
    if (route.via !== undefined && familyOf(route.via) === family) {
      writer.attribute(k.RTA_GATEWAY, addressBytes(route.via))
    } else if (route.via !== undefined) {
      // A next hop of the other family (RFC 5549) goes as `struct rtvia`: the family, then the address.
      writer.attribute(k.RTA_VIA, Buffer.concat([Uint8Array.of(familyNumber(route.via), 0), addressBytes(route.via)]))
    }
    if (index !== undefined) writer.attribute32(k.RTA_OIF, index)
    if (route.source !== undefined) writer.attribute(k.RTA_PREFSRC, addressBytes(route.source))
    if (route.metric !== undefined) writer.attribute32(k.RTA_PRIORITY, route.metric)
    if (table >= 256) writer.attribute32(k.RTA_TABLE, table)
  })
}

function scopeOf(route: RouteChange): number {
  if (route.type === 'local') return k.RT_SCOPE_HOST
  const onLink = route.via === undefined && (route.type ?? 'unicast') === 'unicast'
  return onLink ? k.RT_SCOPE_LINK : k.RT_SCOPE_UNIVERSE
}
