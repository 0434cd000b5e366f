// Which letters may a generated name end in?

/** Without vowels and look-alikes, so that no word and no doubt appears (apimachinery's util/rand). */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
/** A generated name may have 63 characters at most, as it becomes a host name. */
const longestBase = 63 - 5

function randomSuffix(random: () => number, length = 5): string {
  let text = ''
  for (let i = 0; i < length; i++) text += alphabet.charAt(Math.floor(random() * alphabet.length))
  return text
}

/** `web-` becomes `web-x7k2p`. */
export function generateName(base: string, random: () => number): string {
  return base.slice(0, longestBase) + randomSuffix(random)
}

/** Writes a hash with the same letters, as `rand.SafeEncodeString`. */
export function safeEncode(text: string): string {
  let result = ''
  for (const character of text) result += alphabet.charAt(character.charCodeAt(0) % alphabet.length)
  return result
}
