// What IPv6 says in place of a gratuitous ARP: an unsolicited neighbour advertisement (RFC 4861 §7.2.6).
import { type Address, address } from '../../net/address.ts'
import { addressBytes, macBytes } from '../netlink/encode.ts'
import type { MacAddress } from '../netlink.ts'

const allNodes = { address: address('ff02::1'), mac: '33:33:00:00:00:01' }
const icmpv6 = 58
const neighbourAdvertisement = 136
/** Whoever knows the address replaces what he knew. */
const overrideFlag = 0x20000000
const targetLinkLayerAddress = 2

/** The whole frame, to all nodes of the link. */
export function unsolicitedAdvertisement(target: Address, mac: MacAddress): Buffer {
  const message = Buffer.alloc(32)
  message.writeUInt8(neighbourAdvertisement, 0)
  message.writeUInt32BE(overrideFlag, 4)
  message.set(addressBytes(target), 8)
  message.writeUInt8(targetLinkLayerAddress, 24)
  message.writeUInt8(1, 25)
  message.set(macBytes(mac), 26)
  const [source, destination] = [addressBytes(target), addressBytes(allNodes.address)]
  const pseudoHeader = Buffer.alloc(8)
  pseudoHeader.writeUInt32BE(message.length, 0)
  pseudoHeader.writeUInt8(icmpv6, 7)
  message.writeUInt16BE(checksum(Buffer.concat([source, destination, pseudoHeader, message])), 2)

  const header = Buffer.alloc(8)
  header.writeUInt8(0x60, 0)
  header.writeUInt16BE(message.length, 4)
  header.writeUInt8(icmpv6, 6)
  // Receivers drop an advertisement that a router may have forwarded.
  header.writeUInt8(255, 7)
  const ethernet = Buffer.concat([macBytes(allNodes.mac), macBytes(mac), Uint8Array.of(0x86, 0xdd)])
  return Buffer.concat([ethernet, header, source, destination, message])
}

/** The Internet checksum (RFC 1071) of an even number of bytes. */
function checksum(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16)
  return ~sum & 0xffff
}
