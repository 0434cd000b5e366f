// What does one name server answer to one question? A query of its own, so that no resolver's cache stands in between (RFC 1035).
import { type Address, formatAddress } from '../../net/address.ts'

export interface DnsAnswer {
  /** 0 no error, 3 no such name. */
  readonly code: number
  readonly addresses: readonly Address[]
}

const types = { A: 1, AAAA: 28 } as const
const internetClass = 1
const recursionDesired = 0x0100
const headerBytes = 12
const mostLabelBytes = 63

export function encodeQuery(id: number, name: string, type: keyof typeof types): Buffer {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE(recursionDesired, 2)
  header.writeUInt16BE(1, 4)
  const labels = name
    .replace(/\.$/, '')
    .split('.')
    .filter(label => label !== '')
  const question = labels.flatMap(label => {
    const bytes = Buffer.from(label, 'latin1')
    if (bytes.length > mostLabelBytes) throw new Error(`not a name for the DNS: ${JSON.stringify(name)}`)
    return [Buffer.of(bytes.length), bytes]
  })
  const end = Buffer.alloc(5)
  end.writeUInt16BE(types[type], 1)
  end.writeUInt16BE(internetClass, 3)
  return Buffer.concat([header, ...question, end])
}

/** Undefined for a message that is no answer to the query of this id, or is cut off. */
export function decodeAnswer(id: number, message: Buffer): DnsAnswer | undefined {
  try {
    if (message.readUInt16BE(0) !== id || (message.readUInt16BE(2) & 0x8000) === 0) return undefined
    const code = message.readUInt16BE(2) & 0xf
    let at = headerBytes
    for (let count = message.readUInt16BE(4); count > 0; count--) at = skipName(message, at) + 4
    const addresses: Address[] = []
    for (let count = message.readUInt16BE(6); count > 0; count--) {
      at = skipName(message, at)
      const type = message.readUInt16BE(at)
      const length = message.readUInt16BE(at + 8)
      const data = message.subarray(at + 10, at + 10 + length)
      if (type === types.A && length === 4) addresses.push(formatAddress(4, BigInt(data.readUInt32BE(0))))
      if (type === types.AAAA && length === 16) addresses.push(formatAddress(6, BigInt(`0x${data.toString('hex')}`)))
      at += 10 + length
    }
    return { code, addresses }
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** A name ends with an empty label, or with a pointer of two bytes to where it goes on. */
function skipName(message: Buffer, start: number): number {
  let at = start
  for (;;) {
    const length = message.readUInt8(at)
    if (length === 0) return at + 1
    if ((length & 0xc0) === 0xc0) return at + 2
    at += 1 + length
  }
}
