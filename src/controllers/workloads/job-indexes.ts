// How is a set of completion indexes written: `0,2-5,9`.

export function parseIndexes(text: string | undefined): ReadonlySet<number> {
  const indexes = new Set<number>()
  for (const part of (text ?? '').split(',')) {
    const [first, last = first] = part.split('-').map(Number)
    if (part === '' || first === undefined || last === undefined || Number.isNaN(first + last)) continue
    for (let index = first; index <= last; index++) indexes.add(index)
  }
  return indexes
}

/** Three and more in a row become a range, as upstream. */
export function formatIndexes(indexes: Iterable<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let at = 0; at < sorted.length; ) {
    const first = sorted[at] ?? 0
    let length = 1
    while (sorted[at + length] === first + length) length++
    if (length >= 3) parts.push(`${first}-${first + length - 1}`)
    else for (let step = 0; step < length; step++) parts.push(`${first + step}`)
    at += length
  }
  return parts.join(',')
}
