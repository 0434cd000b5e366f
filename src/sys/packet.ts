// How whole Ethernet frames are sent and received on an interface, past the kernel's own network stack.
import { closeSync } from 'node:fs'
import koffi from 'koffi'
import type { Address } from '../net/address.ts'
import { check, errnoName, lastErrno, libc, SystemCallError } from './libc.ts'
import type { NetNamespace } from './namespace.ts'
import type { MacAddress } from './netlink.ts'
import { arpRequest, etherTypeArp, readArp } from './packet/arp.ts'

export { arpRequest, etherTypeArp, gratuitousArp, gratuitousArpReply, readArp } from './packet/arp.ts'
export { unsolicitedAdvertisement } from './packet/neighbour-advertisement.ts'

const AF_PACKET = 17
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const SOCK_NONBLOCK = 0o4000
const largestFrameBytes = 65_536

export interface PacketSocket extends Disposable {
  send(frame: Uint8Array): void
  /** Calls back for each frame that comes or goes from now on; the buffer is its own. Keeps the process alive. */
  onFrame(callback: (frame: Buffer) => void): void
}

/** Opens a socket on an interface of the namespace; it receives frames of `etherType` only, none when it is 0. */
export function openPacketSocket(namespace: NetNamespace, device: string, etherType = 0): PacketSocket {
  // -1 once disposed of, so that a late use cannot reach a file that got the same number.
  let fd = namespace.inside(() => openBound(device, etherType))
  let poll: ReturnType<typeof koffi.node.poll> | undefined
  return {
    send: frame => {
      check(() => `cannot send a frame on ${device} of ${namespace.name}`, libc.send(fd, frame, frame.length, 0))
    },
    onFrame: callback => {
      poll ??= koffi.node.poll(fd, { readable: true }, () => {
        for (let frame = receive(fd); frame !== undefined; frame = receive(fd)) callback(frame)
      })
    },
    [Symbol.dispose]: () => {
      poll?.close()
      if (fd >= 0) closeSync(fd)
      fd = -1
    },
  }
}

export interface ArpProbe {
  readonly device: string
  readonly from: { readonly mac: MacAddress; readonly address: Address }
  readonly target: Address
  readonly timeoutMs?: number
}

/** Asks the link who has `target`: the MAC address that answers, undefined when none does in time (500 ms). */
export async function probeArp(namespace: NetNamespace, probe: ArpProbe): Promise<MacAddress | undefined> {
  using socket = openPacketSocket(namespace, probe.device, etherTypeArp)
  const { promise, resolve } = Promise.withResolvers<MacAddress | undefined>()
  const timer = setTimeout(() => resolve(undefined), probe.timeoutMs ?? 500)
  socket.onFrame(frame => {
    const packet = readArp(frame)
    if (packet?.operation === 'reply' && packet.sender === probe.target) resolve(packet.senderMac)
  })
  socket.send(arpRequest(probe.from, probe.target))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

function openBound(device: string, etherType: number): number {
  const index = libc.ifNameToIndex(device)
  if (index === 0) throw new SystemCallError(`cannot find the interface ${device}`, lastErrno())
  // The protocol is in network byte order everywhere.
  const protocol = ((etherType & 0xff) << 8) | (etherType >>> 8)
  const fd = check(
    'cannot open a packet socket',
    libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol),
  )
  // A `struct sockaddr_ll` of which binding reads only these three fields.
  const address = Buffer.alloc(20)
  address.writeUInt16LE(AF_PACKET, 0)
  address.writeUInt16BE(etherType, 2)
  address.writeInt32LE(index, 4)
  try {
    check(() => `cannot bind a packet socket to ${device}`, libc.bind(fd, address, address.length))
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return fd
}

/** The next frame that waits; undefined when none does, or when the interface went away. */
function receive(fd: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(largestFrameBytes)
  const length = libc.recv(fd, bytes, bytes.length, 0)
  if (length >= 0) return Buffer.from(bytes.subarray(0, length))
  const errno = lastErrno()
  if (['EAGAIN', 'EINTR', 'ENETDOWN'].includes(errnoName(errno))) return undefined
  throw new SystemCallError('cannot receive a frame', errno)
}
