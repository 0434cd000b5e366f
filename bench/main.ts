// How fast is Fairway, and how much does it take? Prints one table; with --json also writes a file.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openBench } from './bench-context.ts'
import { type Measurement, median, verdictOf } from './measurement.ts'
import { printTable } from './print-table.ts'
import { rows } from './rows.ts'

const usage = `Usage: npm run bench -- [ROW…] [--json FILE]

Rows (all of them when none is named):
${rows.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`).join('\n')}

Exit code: 0 every row has reached what it must; 1 one has missed it; 2 wrong usage; 3 something is missing on this machine.`

process.exitCode = await main()

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help === true) {
    console.log(usage)
    return 0
  }
  const unknown = positionals.find(name => !rows.some(row => row.name === name))
  if (unknown !== undefined) {
    console.error(`bench: there is no row ${JSON.stringify(unknown)}\n\n${usage}`)
    return 2
  }
  if (spawnSync('kubectl', ['version', '--client']).status !== 0) {
    console.error('bench: needs kubectl 1.30 or newer in the PATH; see https://kubernetes.io/docs/tasks/tools/')
    return 3
  }
  const chosen = positionals.length === 0 ? rows : rows.filter(row => positionals.includes(row.name))
  const measurements = await measureAll(chosen)
  console.log(printTable(measurements))
  if (values.json !== undefined) writeFileSync(values.json, report(measurements))
  return measurements.some(measurement => verdictOf(measurement) === 'missed') ? 1 : 0
}

async function measureAll(chosen: typeof rows): Promise<readonly Measurement[]> {
  await using bench = openBench(join(import.meta.dirname, '..'))
  const measurements: Measurement[] = []
  for (const row of chosen) {
    bench.note(`${row.name}: ${row.summary} …`)
    measurements.push(...(await row.measure(bench)))
  }
  return measurements
}

function report(measurements: readonly Measurement[]): string {
  const [cpu] = cpus()
  const value = {
    apiVersion: 'fairway.dev/v1',
    kind: 'Benchmark',
    at: new Date().toISOString(),
    machine: {
      processors: availableParallelism(),
      model: cpu?.model ?? 'unknown',
      memoryBytes: totalmem(),
      kernel: release(),
      node: process.version,
    },
    rows: measurements.map(measurement => ({
      ...measurement,
      median: median(measurement.samples),
      verdict: verdictOf(measurement),
    })),
  }
  return `${JSON.stringify(value, undefined, 2)}\n`
}
