// How long is the way from `fairway up` to the first 200, of either scenario?
import type { Bench } from '../bench-context.ts'
import { BenchLab } from '../lab/bench-lab.ts'
import { processorSeconds, processTree } from '../lab/processes.ts'
import { type LabScenario, scenarios } from '../lab/scenarios.ts'
import type { Measurement, Target } from '../measurement.ts'
import { alternate } from '../rounds.ts'

const targets: Readonly<Record<LabScenario['name'], { readonly rounds: number; readonly target: Target }>> = {
  anton: { rounds: 3, target: { must: 5000, strive: 2000 } },
  'five-hundred-pods': { rounds: 2, target: { must: 10_000, strive: 3000 } },
}
const note =
  'up: from the start of `fairway up` to the end of a curl in the laptop that saw a 200 through the ingress; every start has a new state. ' +
  'Cold: nothing that Node has compiled before is there.'

export async function up(bench: Bench): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = []
  for (const scenario of scenarios) {
    const { rounds, target } = targets[scenario.name]
    const start = async (cold: boolean) => {
      bench.note(`up: ${scenario.name}, ${cold ? 'cold' : 'warm'}`)
      await using lab = await BenchLab.start({ ...scenario, bench, cold })
      return {
        ms: lab.firstAnswerMs,
        processorMs: processorSeconds(processTree(lab.record.supervisor.pid)) * 1000,
      }
    }
    const samples = await alternate(rounds, { cold: () => start(true), warm: () => start(false) })
    const common = { row: 'up', unit: 'ms', better: 'less', note } as const
    measurements.push(
      { ...common, what: `${scenario.name} to the first 200, cold`, samples: samples.cold.map(({ ms }) => ms), target },
      { ...common, what: `${scenario.name} to the first 200, warm`, samples: samples.warm.map(({ ms }) => ms), target },
      {
        ...common,
        what: `${scenario.name}, processor time of the lab, warm`,
        samples: samples.warm.map(({ processorMs }) => processorMs),
      },
    )
  }
  return measurements
}
