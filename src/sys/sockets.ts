// How sockets are made so that they belong to the namespace the calling thread is in at this moment.
// Node binds and connects later than the call that asks for it, when the thread has long left; so the descriptor is made here.
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { closeSync } from 'node:fs'
import { isIPv4, isIPv6, type Server, Socket } from 'node:net'
import { address as parse, toBits } from '../net/address.ts'
import { check, errnoName, lastErrno, libc, SystemCallError } from './libc.ts'

const AF_INET = 2
const AF_INET6 = 10
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const SOCK_NONBLOCK = 0o4000
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const IPPROTO_IPV6 = 41
const IPV6_V6ONLY = 26
const backlog = 511

export interface Endpoint {
  /** 0 takes a free port. */
  readonly port: number
  /** Without it: every address, IPv4 and IPv6. */
  readonly address?: string
}

/** A listening TCP descriptor of the current namespace. Throws at once when the port is taken. */
export function openTcpListener(endpoint: Endpoint): number {
  return openBound(SOCK_STREAM, endpoint, fd => {
    check(() => `cannot listen on ${describe('TCP', endpoint)}`, libc.listen(fd, backlog))
  })
}

/** Listens in the current namespace. The server's `listening` event follows in the next turn, as always. */
export function listenTcp(server: Server, endpoint: Endpoint): void {
  const fd = openTcpListener(endpoint)
  try {
    server.listen({ fd, exclusive: true })
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** A connection that starts in the current namespace; `address` must be an IP address. */
export function connectTcp(address: string, port: number): Socket {
  const family = isIPv4(address) ? AF_INET : isIPv6(address) ? AF_INET6 : undefined
  if (family === undefined) throw new Error(`cannot connect to ${address}: not an IP address`)
  const fd = check('cannot make a TCP socket', libc.socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
  // Without manualStart Node would read at once, and reading an unconnected socket fails.
  const options = { fd, manualStart: true }
  return new Socket(options).connect({ host: address, port })
}

/** A bound UDP socket of the current namespace. Without an address it takes IPv4 too, as `::ffff:a.b.c.d`. */
export function bindUdp(endpoint: Endpoint): UdpSocket {
  const fd = openBound(SOCK_DGRAM, endpoint, () => {})
  const socket = createSocket(isIPv4(endpoint.address ?? '') ? 'udp4' : 'udp6')
  return socket.bind({ fd, exclusive: true })
}

/** The port that a bound descriptor has. */
export function portOf(fd: number): number {
  const address = Buffer.alloc(28)
  const length = Buffer.from(Uint32Array.of(address.length).buffer)
  check('cannot find the port of a socket', libc.getsockname(fd, address, length))
  return address.readUInt16BE(2)
}

function openBound(type: number, endpoint: Endpoint, finish: (fd: number) => void): number {
  const name = describe(type === SOCK_STREAM ? 'TCP' : 'UDP', endpoint)
  const { fd, family } = openSocket(type, endpoint, name)
  try {
    // For TCP it allows a restart while old connections linger; for UDP it would let two sockets share a port.
    if (type === SOCK_STREAM) setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
    if (family === AF_INET6) setOption(fd, IPPROTO_IPV6, IPV6_V6ONLY, endpoint.address === undefined ? 0 : 1)
    const address = socketAddress(endpoint.address ?? (family === AF_INET6 ? '::' : '0.0.0.0'), endpoint.port)
    check(() => `cannot bind to ${name}`, libc.bind(fd, address, address.length))
    finish(fd)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  return fd
}

/** A socket for every address is of IPv6, which takes IPv4 too; a kernel started without IPv6 leaves only IPv4. */
function openSocket(
  type: number,
  { address }: Endpoint,
  name: string,
): { readonly fd: number; readonly family: number } {
  const family = isIPv4(address ?? '') ? AF_INET : AF_INET6
  const fd = libc.socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
  if (fd >= 0) return { fd, family }
  const errno = lastErrno()
  if (address !== undefined || errnoName(errno) !== 'EAFNOSUPPORT') {
    throw new SystemCallError(`cannot make a socket for ${name}`, errno)
  }
  return {
    fd: check(`cannot make a socket for ${name}`, libc.socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)),
    family: AF_INET,
  }
}

function setOption(fd: number, level: number, option: number, value: number): void {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  check(`cannot set socket option ${option}`, libc.setsockopt(fd, level, option, bytes, bytes.length))
}

/** A `struct sockaddr_in` or `sockaddr_in6`. */
function socketAddress(address: string, port: number): Buffer {
  if (!isIPv4(address) && !isIPv6(address)) throw new Error(`cannot bind to ${address}: not an IP address`)
  const v4 = isIPv4(address)
  const bytes = Buffer.alloc(v4 ? 16 : 28)
  bytes.writeUInt16LE(v4 ? AF_INET : AF_INET6, 0)
  bytes.writeUInt16BE(port, 2)
  bytes.write(
    toBits(parse(address))
      .toString(16)
      .padStart(v4 ? 8 : 32, '0'),
    v4 ? 4 : 8,
    'hex',
  )
  return bytes
}

function describe(protocol: string, { address, port }: Endpoint): string {
  return `${protocol} port ${port}${address === undefined ? '' : ` of ${address}`}`
}
