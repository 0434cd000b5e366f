// Which of several candidates does a key belong to, so that a change of the candidates moves as few keys as possible?

/** Highest random weight (Thaler and Ravishankar): the winner changes only when it leaves or a higher one comes. */
export function rendezvous<T extends string>(key: string, candidates: readonly T[]): T | undefined {
  let winner: T | undefined
  let highest = -1
  for (const candidate of candidates) {
    const weight = hash(`${candidate}\n${key}`)
    if (weight > highest || (weight === highest && winner !== undefined && candidate < winner)) {
      winner = candidate
      highest = weight
    }
  }
  return winner
}

/** FNV-1a with a final mix (the 32-bit finisher of MurmurHash3), since neighbours' names differ in one character only. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35)
  return (value ^ (value >>> 16)) >>> 0
}
