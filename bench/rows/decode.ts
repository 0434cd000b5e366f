// How long do decoding and validating 5,000 objects take, for somebody who runs `fairway check`?
import { join } from 'node:path'
import type { Bench } from '../bench-context.ts'
import type { Measurement } from '../measurement.ts'
import { mustRun } from '../run-program.ts'

const rounds = 3

export async function decode(bench: Bench): Promise<readonly Measurement[]> {
  const program = join(bench.home, 'bench/work/decode-manifests.ts')
  const samples: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { stdout } = await mustRun([process.execPath, program], { env: bench.environment })
    samples.push(Number(stdout))
  }
  return [
    {
      row: 'decode',
      what: 'decode and validate 5,000 objects',
      unit: 'ms',
      better: 'less',
      samples,
      target: { must: 2000, strive: 500 },
    },
  ]
}
