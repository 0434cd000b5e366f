// How is a benchmark's result read by a person: one borderless table.
import { type Measurement, median, type Unit, type Verdict, verdictOf } from './measurement.ts'

const header = ['ROW', 'WHAT', 'MEASURED', 'FROM–TO', 'MUST', 'STRIVE', 'VERDICT'] as const
const words: Readonly<Record<Verdict, string>> = { strive: 'strive', must: 'must', missed: 'MISSED', none: '' }

export function printTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(measurement => {
    const { row, what, unit, samples, target, better } = measurement
    const bound = (value: number | undefined) =>
      value === undefined ? '' : `${better === 'less' ? '≤' : '≥'} ${formatValue(value, unit)}`
    return [
      row,
      what,
      formatValue(median(samples), unit),
      samples.length < 2 ? '' : `${formatValue(Math.min(...samples), unit)}–${formatValue(Math.max(...samples), unit)}`,
      bound(target?.must),
      bound(target?.strive),
      words[verdictOf(measurement)],
    ]
  })
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map(cells => cells[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('   ')
      .trimEnd()
  const notes = [...new Set(measurements.flatMap(({ note }) => (note === undefined ? [] : [note])))]
  return [line(header), ...rows.map(line), ...notes.map(note => `\n${note}`)].join('\n')
}

/** Three figures are as much as a machine with other work repeats. */
export function formatValue(value: number, unit: Unit): string {
  if (unit === 'ratio') return value.toFixed(value < 10 ? 3 : 1)
  if (unit === 'ms' && value >= 1000) return `${(value / 1000).toFixed(2)} s`
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}
