// What the server appends to `metadata.generateName`.

/** Upstream's alphabet: no vowels and no look-alikes, so that no word and no misreading comes out. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
const suffixLength = 5
const maxBaseLength = 63 - suffixLength

export function generateName(base: string, randomUUID: () => string): string {
  // A version 4 UUID is random in its first twelve hex digits.
  let random = Number.parseInt(randomUUID().replaceAll('-', '').slice(0, 12), 16)
  let suffix = ''
  for (let i = 0; i < suffixLength; i++) {
    suffix += alphabet[random % alphabet.length]
    random = Math.floor(random / alphabet.length)
  }
  return base.slice(0, maxBaseLength) + suffix
}
