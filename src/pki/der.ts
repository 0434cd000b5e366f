// How ASN.1 values are written as bytes: the part of DER (ITU-T X.690) that certificates need.
import type { Address } from '../net/address.ts'
import { familyOf, toBits } from '../net/address.ts'

export type Der = Uint8Array

/** One value with its tag and the length of its content. */
export function der(tag: number, ...parts: readonly Der[]): Der {
  const content = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content])
}

function lengthOf(length: number): Der {
  if (length < 0x80) return Buffer.from([length])
  const bytes = bigEndian(BigInt(length))
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes])
}

export const sequence = (...parts: readonly Der[]): Der => der(0x30, ...parts)
export const setOf = (...parts: readonly Der[]): Der => der(0x31, ...parts)
export const boolean = (value: boolean): Der => der(0x01, Buffer.from([value ? 0xff : 0]))
export const octetString = (content: Der): Der => der(0x04, content)
export const utf8String = (text: string): Der => der(0x0c, Buffer.from(text, 'utf8'))
/** `[number]` around a complete value. */
export const explicit = (number: number, content: Der): Der => der(0xa0 | number, content)
/** `[number]` in place of the tag of a primitive value. */
export const implicit = (number: number, content: Der): Der => der(0x80 | number, content)

/** A non-negative number; a leading zero byte keeps the top bit from meaning minus. */
export function integer(value: bigint): Der {
  const bytes = bigEndian(value)
  return der(0x02, (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes)
}

/** `1.2.840.10045.2.1` and the like. */
export function objectIdentifier(text: string): Der {
  const [first = 0, second = 0, ...others] = text.split('.').map(Number)
  const bytes: number[] = []
  for (const arc of [first * 40 + second, ...others]) {
    const septets = [arc & 0x7f]
    for (let rest = arc >>> 7; rest > 0; rest >>>= 7) septets.unshift((rest & 0x7f) | 0x80)
    bytes.push(...septets)
  }
  return der(0x06, Buffer.from(bytes))
}

/** Named bits, the first being the top bit of the first byte; trailing zero bits are left off, as DER asks. */
export function bitFlags(bits: readonly number[]): Der {
  const last = Math.max(...bits)
  const bytes = Buffer.alloc((last >> 3) + 1)
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  return der(0x03, Buffer.from([7 - (last & 7)]), bytes)
}

/** Whole bytes as a BIT STRING. */
export const bitString = (content: Der): Der => der(0x03, Buffer.from([0]), content)

/** RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050 on. */
export function time(ms: number): Der {
  const digits = new Date(ms).toISOString().slice(0, 19).replace(/[-:T]/g, '')
  const short = Number(digits.slice(0, 4)) < 2050
  return der(short ? 0x17 : 0x18, Buffer.from(`${short ? digits.slice(2) : digits}Z`, 'ascii'))
}

/** The 4 or 16 bytes of an address. */
export function addressBytes(address: Address): Der {
  const size = familyOf(address) === 4 ? 4 : 16
  return Buffer.from(
    toBits(address)
      .toString(16)
      .padStart(size * 2, '0'),
    'hex',
  )
}

function bigEndian(value: bigint): Buffer {
  const hex = value.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}
