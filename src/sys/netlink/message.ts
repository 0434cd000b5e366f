// How netlink messages are laid out: a header, a fixed part, then attributes that may nest (netlink(7)).
// Numbers are in the byte order of the machine; Node runs on little-endian machines only.

export const headerLength = 16

export interface Header {
  readonly type: number
  readonly flags: number
  readonly sequence: number
}

/** Builds any number of messages into one growing buffer. */
export class MessageWriter {
  #bytes = Buffer.alloc(4096)
  #length = 0
  #messageStart = 0

  /** Throws what `attributes` throws, and then holds nothing of this message. */
  message(header: Header, fixed: Uint8Array, attributes: () => void): void {
    const start = this.#length
    this.#reserve(headerLength)
    this.#bytes.writeUInt16LE(header.type, start + 4)
    this.#bytes.writeUInt16LE(header.flags, start + 6)
    this.#bytes.writeUInt32LE(header.sequence, start + 8)
    this.#length += headerLength
    try {
      this.raw(fixed)
      attributes()
    } catch (error) {
      this.#length = start
      throw error
    }
    this.#bytes.writeUInt32LE(this.#length - start, start)
    this.#messageStart = start
  }

  /** Marks the last message written, so that the kernel answers it also when it succeeds. */
  setFlags(flags: number): void {
    const at = this.#messageStart + 6
    this.#bytes.writeUInt16LE(this.#bytes.readUInt16LE(at) | flags, at)
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += aligned(bytes.length)
  }

  attribute(type: number, value: Uint8Array): void {
    this.#attributeHeader(type, value.length)
    this.raw(value)
  }

  attribute8(type: number, value: number): void {
    this.attribute(type, Uint8Array.of(value))
  }

  attribute32(type: number, value: number): void {
    this.#attributeHeader(type, 4)
    this.#reserve(4)
    this.#bytes.writeUInt32LE(value >>> 0, this.#length)
    this.#length += 4
  }

  attributeText(type: number, text: string): void {
    this.attribute(type, Buffer.from(`${text}\0`))
  }

  nested(type: number, attributes: () => void): void {
    const start = this.#length
    this.#attributeHeader(type, 0)
    attributes()
    this.#bytes.writeUInt16LE(this.#length - start, start)
  }

  /** What was written since the last call; the writer is empty again. The bytes are valid until it is used next. */
  take(): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    return bytes
  }

  #attributeHeader(type: number, valueLength: number): void {
    this.#reserve(4)
    this.#bytes.writeUInt16LE(4 + valueLength, this.#length)
    this.#bytes.writeUInt16LE(type, this.#length + 2)
    this.#length += 4
  }

  /** Room for so many bytes and their padding, zeroed. */
  #reserve(length: number): void {
    const needed = this.#length + aligned(length)
    if (needed > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(needed, this.#bytes.length * 2))
      this.#bytes.copy(larger, 0, 0, this.#length)
      this.#bytes = larger
    }
    this.#bytes.fill(0, this.#length, needed)
  }
}

export interface Message {
  readonly type: number
  readonly flags: number
  readonly sequence: number
  readonly body: Buffer
}

/** The messages of one datagram. */
export function* readMessages(datagram: Buffer): Generator<Message> {
  for (let at = 0; at + headerLength <= datagram.length; ) {
    const length = datagram.readUInt32LE(at)
    if (length < headerLength || at + length > datagram.length) return
    yield {
      type: datagram.readUInt16LE(at + 4),
      flags: datagram.readUInt16LE(at + 6),
      sequence: datagram.readUInt32LE(at + 8),
      body: datagram.subarray(at + headerLength, at + length),
    }
    at += aligned(length)
  }
}

const nestedFlag = 0x8000
const byteOrderFlag = 0x4000

/** The attributes from `offset` on, by type; of a repeated type the last. */
export function readAttributes(body: Buffer, offset = 0): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>()
  for (let at = offset; at + 4 <= body.length; ) {
    const length = body.readUInt16LE(at)
    if (length < 4 || at + length > body.length) break
    attributes.set(body.readUInt16LE(at + 2) & ~nestedFlag & ~byteOrderFlag, body.subarray(at + 4, at + length))
    at += aligned(length)
  }
  return attributes
}

/** Text up to its closing zero byte. */
export function readText(value: Buffer): string {
  const end = value.indexOf(0)
  return value.toString('utf8', 0, end < 0 ? value.length : end)
}

function aligned(length: number): number {
  return (length + 3) & ~3
}
