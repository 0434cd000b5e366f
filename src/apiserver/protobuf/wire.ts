// The fields of a protobuf message on the wire: number and raw value, nothing of their meaning.

export type WireValue =
  | { readonly kind: 'varint'; readonly value: bigint }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'fixed64' | 'fixed32'; readonly value: Uint8Array }

export interface WireField {
  readonly number: number
  readonly value: WireValue
}

/** Throws RangeError for bytes that are no protobuf message. */
export function* readFields(bytes: Uint8Array): Generator<WireField> {
  let at = 0
  while (at < bytes.length) {
    const key = varint()
    const number = Number(key >> 3n)
    switch (Number(key & 7n)) {
      case 0:
        yield { number, value: { kind: 'varint', value: varint() } }
        break
      case 1:
        yield { number, value: { kind: 'fixed64', value: take(8) } }
        break
      case 2:
        yield { number, value: { kind: 'bytes', value: take(Number(varint())) } }
        break
      case 5:
        yield { number, value: { kind: 'fixed32', value: take(4) } }
        break
      default:
        throw new RangeError(`protobuf: wire type ${key & 7n} at byte ${at} is not known`)
    }
  }

  function varint(): bigint {
    let result = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) break
      result |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return result
    }
    throw new RangeError(`protobuf: the number that ends at byte ${at} is cut off or too long`)
  }

  function take(length: number): Uint8Array {
    const end = at + length
    if (end > bytes.length)
      throw new RangeError(`protobuf: ${length} bytes were announced at byte ${at}, but there are fewer`)
    const part = bytes.subarray(at, end)
    at = end
    return part
  }
}
