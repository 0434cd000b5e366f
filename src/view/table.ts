// Prints rows as kubectl does: no borders, columns as wide as their widest cell, three spaces between.

/** Rows of equal length; the first is the header. Trailing spaces are dropped. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell))
  }
  return rows
    .map(row =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - displayWidth(cell)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}

/** Columns on a terminal, near enough for what we print: code points, without combining marks. */
function displayWidth(text: string): number {
  return [...text.replace(/\p{M}/gu, '')].length
}
