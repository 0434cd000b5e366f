// What ARP frames look like (RFC 826), and the announcement that makes a LAN learn a new place for an address.
import { type Address, formatAddress } from '../../net/address.ts'
import { formatMac } from '../netlink/decode.ts'
import { addressBytes, macBytes } from '../netlink/encode.ts'
import type { MacAddress } from '../netlink.ts'

export const etherTypeArp = 0x0806
const broadcast: MacAddress = 'ff:ff:ff:ff:ff:ff'

export interface ArpPacket {
  readonly operation: 'request' | 'reply'
  readonly senderMac: MacAddress
  readonly sender: Address
  readonly targetMac: MacAddress
  readonly target: Address
}

/** Asks the whole LAN who has `target`. */
export function arpRequest(from: { readonly mac: MacAddress; readonly address: Address }, target: Address): Buffer {
  return arpFrame({
    operation: 'request',
    senderMac: from.mac,
    sender: from.address,
    targetMac: '00:00:00:00:00:00',
    target,
  })
}

/** Tells the whole LAN that `address` is at `mac` now. As a request, which more systems heed than a reply (RFC 5227 §3). */
export function gratuitousArp(address: Address, mac: MacAddress): Buffer {
  return arpFrame({
    operation: 'request',
    senderMac: mac,
    sender: address,
    targetMac: '00:00:00:00:00:00',
    target: address,
  })
}

/** The same news as a reply, for those who heed only replies. */
export function gratuitousArpReply(address: Address, mac: MacAddress): Buffer {
  return arpFrame({ operation: 'reply', senderMac: mac, sender: address, targetMac: broadcast, target: address })
}

/** Undefined when the frame is no ARP for IPv4 over Ethernet. */
export function readArp(frame: Buffer): ArpPacket | undefined {
  if (frame.length < 42 || frame.readUInt16BE(12) !== etherTypeArp) return undefined
  if (frame.readUInt32BE(14) !== 0x00010800 || frame.readUInt16BE(18) !== 0x0604) return undefined
  const operation = frame.readUInt16BE(20)
  if (operation !== 1 && operation !== 2) return undefined
  return {
    operation: operation === 1 ? 'request' : 'reply',
    senderMac: formatMac(frame.subarray(22, 28)),
    sender: formatAddress(4, BigInt(frame.readUInt32BE(28))),
    targetMac: formatMac(frame.subarray(32, 38)),
    target: formatAddress(4, BigInt(frame.readUInt32BE(38))),
  }
}

function arpFrame(packet: ArpPacket): Buffer {
  const frame = Buffer.alloc(42)
  frame.set(macBytes(broadcast), 0)
  frame.set(macBytes(packet.senderMac), 6)
  frame.writeUInt16BE(etherTypeArp, 12)
  // Ethernet, IPv4, and the lengths of their addresses.
  frame.writeUInt32BE(0x00010800, 14)
  frame.writeUInt16BE(0x0604, 18)
  frame.writeUInt16BE(packet.operation === 'request' ? 1 : 2, 20)
  frame.set(macBytes(packet.senderMac), 22)
  frame.set(addressBytes(packet.sender), 28)
  frame.set(macBytes(packet.targetMac), 32)
  frame.set(addressBytes(packet.target), 38)
  return frame
}
