// How does Go's text/tabwriter, which Cilium's programs print through, lay out lines of cells?

export interface TabLayout {
  readonly minWidth: number
  readonly padding: number
}

/**
 * A cell's width counts in its column only when another cell follows it in the line, be it an empty one. A column is as wide as
 * the widest such cell of the lines above and below without a gap.
 */
export function layOut(lines: readonly (readonly string[])[], { minWidth, padding }: TabLayout): string {
  const widths = lines.map(() => [] as number[])
  const columns = Math.max(0, ...lines.map(line => line.length - 1))
  for (let column = 0; column < columns; column++) {
    for (let start = 0; start < lines.length; ) {
      let end = start
      let width = minWidth
      for (; end < lines.length && column < (lines[end]?.length ?? 0) - 1; end++) {
        width = Math.max(width, (lines[end]?.[column] ?? '').length + padding)
      }
      for (let row = start; row < end; row++) widths[row]?.push(width)
      start = Math.max(end, start + 1)
    }
  }
  return lines
    .map((line, row) => `${line.map((cell, column) => cell.padEnd(widths[row]?.[column] ?? 0)).join('')}\n`)
    .join('')
}
