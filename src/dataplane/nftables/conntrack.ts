// Removes tracked UDP conversations from a node's kernel, through the netlink of its connection tracking.
import { type Address, formatAddress } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { type Message, MessageWriter, readAttributes } from '../../sys/netlink/message.ts'
import { NetlinkSocket } from '../../sys/netlink/socket.ts'
import { readSetting } from '../../sys/sysctl.ts'
import type { StalenessTest } from './stale-udp.ts'

// Numbers of linux/netfilter/nfnetlink.h, nfnetlink_conntrack.h and netlink.h.
export const NETLINK_NETFILTER = 12
const NLM_F_REQUEST = 0x1
const NLM_F_ACK = 0x4
const NLM_F_DUMP = 0x300
const getConversation = (1 << 8) | 1
const deleteConversation = (1 << 8) | 2
export const CTA_TUPLE_ORIG = 1
export const CTA_TUPLE_REPLY = 2
const CTA_ID = 12
const CTA_TUPLE_IP = 1
const CTA_TUPLE_PROTO = 2
const CTA_IP_V4_SRC = 1
const CTA_IP_V4_DST = 2
const CTA_IP_V6_SRC = 3
const CTA_IP_V6_DST = 4
const CTA_PROTO_NUM = 1
const CTA_PROTO_SRC_PORT = 2
const CTA_PROTO_DST_PORT = 3
const AF_UNSPEC = 0
const UDP = 17
const ENOENT = 2

interface Tracked {
  readonly family: number
  /** Names the conversation again when it is deleted: its first tuple as received, and its id. */
  readonly original: Buffer
  readonly id: Buffer | undefined
  readonly to: Address
  readonly toPort: number
  readonly answeredBy: Address
  readonly answeredFrom: number
}

/** Returns how many were removed. Their next packet is looked up among the Services anew. */
export function removeStaleUdp(namespace: Pick<NetNamespace, 'inside'>, isStale: StalenessTest): number {
  return namespace.inside(() => {
    if (tracksNothing()) return 0
    using socket = new NetlinkSocket(NETLINK_NETFILTER)
    const writer = new MessageWriter()
    let removed = 0
    allConversations(writer)
    for (const tracked of socket.dump(writer.take(), decode)) {
      if (!isStale(tracked)) continue
      writer.message(header(deleteConversation, NLM_F_ACK, 2), familyHeader(tracked.family), () => {
        writer.attribute(CTA_TUPLE_ORIG | nested, tracked.original)
        // With the id only this very conversation goes, not one that took its place meanwhile.
        if (tracked.id !== undefined) writer.attribute(CTA_ID, tracked.id)
      })
      const refusals = socket.request(writer.take(), 2)
      if (refusals.length === 0) removed++
      else if (refusals[0]?.errno !== ENOENT) {
        throw new Error(
          `cannot forget the conversation with ${tracked.to}:${tracked.toPort}: errno ${refusals[0]?.errno}`,
        )
      }
    }
    return removed
  })
}

/** Asked first, because a dump walks the table of the whole machine, which takes some 20 ms. */
function tracksNothing(): boolean {
  try {
    return readSetting('net.netfilter.nf_conntrack_count') === '0'
  } catch {
    // Not shown by this kernel; the dump tells.
    return false
  }
}

/** Asks for both families at once: the kernel walks the connections of all namespaces for every dump. */
export function allConversations(writer: MessageWriter): void {
  writer.message(header(getConversation, NLM_F_DUMP, 1), familyHeader(AF_UNSPEC), () => {})
}

const nested = 0x8000

function header(type: number, flags: number, sequence: number) {
  return { type, flags: NLM_F_REQUEST | flags, sequence }
}

/** struct nfgenmsg: family, version 0, resource 0. */
function familyHeader(family: number): Uint8Array {
  return Uint8Array.of(family, 0, 0, 0)
}

function decode({ body }: Message): Tracked | undefined {
  const family = body[0] ?? 0
  // The attributes stand in the socket's buffer, which the next datagram overwrites.
  const attributes = readAttributes(body, 4)
  const original = attributes.get(CTA_TUPLE_ORIG)
  const reply = attributes.get(CTA_TUPLE_REPLY)
  if (original === undefined || reply === undefined) return undefined
  // Most of what is tracked is TCP: it is told apart before any address is read.
  if (protocolOf(original) !== UDP) return undefined
  const [out, back] = [readTuple(original), readTuple(reply)]
  if (out.destination === undefined || back.source === undefined) return undefined
  const id = attributes.get(CTA_ID)
  return {
    family,
    original: Buffer.from(original),
    id: id === undefined ? undefined : Buffer.from(id),
    to: out.destination,
    toPort: out.destinationPort,
    answeredBy: back.source,
    answeredFrom: back.sourcePort,
  }
}

function protocolOf(bytes: Buffer): number {
  const protocol = readAttributes(bytes).get(CTA_TUPLE_PROTO)
  return protocol === undefined ? 0 : (readAttributes(protocol).get(CTA_PROTO_NUM)?.readUInt8(0) ?? 0)
}

/** One direction of a conversation: addresses and ports, as its first packet had them. */
export function readTuple(bytes: Buffer) {
  const parts = readAttributes(bytes)
  const ip = readAttributes(parts.get(CTA_TUPLE_IP) ?? Buffer.alloc(0))
  const protocol = readAttributes(parts.get(CTA_TUPLE_PROTO) ?? Buffer.alloc(0))
  return {
    protocol: protocol.get(CTA_PROTO_NUM)?.readUInt8(0) ?? 0,
    source: addressOf(ip.get(CTA_IP_V4_SRC) ?? ip.get(CTA_IP_V6_SRC)),
    destination: addressOf(ip.get(CTA_IP_V4_DST) ?? ip.get(CTA_IP_V6_DST)),
    sourcePort: protocol.get(CTA_PROTO_SRC_PORT)?.readUInt16BE(0) ?? 0,
    destinationPort: protocol.get(CTA_PROTO_DST_PORT)?.readUInt16BE(0) ?? 0,
  }
}

function addressOf(bytes: Buffer | undefined): Address | undefined {
  return bytes === undefined
    ? undefined
    : formatAddress(bytes.length === 4 ? 4 : 6, BigInt(`0x${bytes.toString('hex')}`))
}
