// Text and bytes as the base64 of Secrets, without Node's Buffer.

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function encodeText(text: string): string {
  return encodeBytes(encoder.encode(text))
}

export function encodeBytes(bytes: Uint8Array): string {
  let binary = ''
  // A chunk at a time: a function takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return btoa(binary)
}

/** Undefined when it is not base64. */
export function decodeBytes(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), character => character.charCodeAt(0))
  } catch {
    return undefined
  }
}

export function decodeText(base64: string): string | undefined {
  const bytes = decodeBytes(base64)
  return bytes === undefined ? undefined : decoder.decode(bytes)
}
