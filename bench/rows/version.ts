// How long does the smallest answer of `fairway` take?
import { join } from 'node:path'
import type { Bench } from '../bench-context.ts'
import type { Measurement } from '../measurement.ts'
import { alternate } from '../rounds.ts'
import { mustRun } from '../run-program.ts'

const rounds = 9

export async function version(bench: Bench): Promise<readonly Measurement[]> {
  const fairway = join(bench.home, 'fairway')
  const run = async (argv: readonly string[]) => (await mustRun(argv, { env: bench.environment })).ms
  // The launcher answers `--version` by itself; `help` goes through Node and the command line's own code.
  await run([fairway, 'help'])
  const times = await alternate(rounds, {
    version: () => run([fairway, '--version']),
    help: () => run([fairway, 'help']),
    node: () => run([process.execPath, '--eval', '0']),
  })
  const common = { row: 'version', unit: 'ms', better: 'less' } as const
  return [
    { ...common, what: 'fairway --version', samples: times.version, target: { must: 150, strive: 60 } },
    { ...common, what: 'fairway help', samples: times.help },
    { ...common, what: 'node --eval 0, for comparison', samples: times.node },
  ]
}
