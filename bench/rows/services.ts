// How fast do thousands of Services get into a node's kernel, and how fast does a change of one of them?
import { join } from 'node:path'
import type { Bench } from '../bench-context.ts'
import type { Measurement } from '../measurement.ts'
import { mustRun } from '../run-program.ts'

const timeoutMs = 120_000

export async function services(bench: Bench): Promise<readonly Measurement[]> {
  const program = join(bench.home, 'bench/work/program-services.ts')
  const { stdout } = await mustRun([process.execPath, program], { env: bench.environment, timeoutMs })
  return stdout
    .trim()
    .split('\n')
    .map(line => {
      const { what, samples } = JSON.parse(line) as Pick<Measurement, 'what' | 'samples'>
      return { row: 'services', what, samples, unit: 'ms', better: 'less' } as const
    })
}
