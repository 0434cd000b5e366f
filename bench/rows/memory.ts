// How much memory does a whole lab take: the daemon, NGINX, name servers and whatever else it runs?
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from '../bench-context.ts'
import { BenchLab } from '../lab/bench-lab.ts'
import { memoryOf, processTree, programOf } from '../lab/processes.ts'
import { scenarios } from '../lab/scenarios.ts'
import type { Measurement } from '../measurement.ts'

/** Long enough for what the start has left behind to be done. */
const restMs = 6000
const targets = { anton: undefined, 'five-hundred-pods': { must: 400, strive: 400 } } as const
const note = 'memory: all processes of the lab, shared pages in equal parts (PSS), some seconds after the first 200.'

export async function memory(bench: Bench): Promise<readonly Measurement[]> {
  const measurements: Measurement[] = []
  for (const scenario of scenarios) {
    bench.note(`memory: ${scenario.name}`)
    await using lab = await BenchLab.start({ ...scenario, bench })
    await sleep(restMs)
    const pids = processTree(lab.record.supervisor.pid)
    const daemon = pids.filter(pid => programOf(pid) !== 'nginx' && programOf(pid) !== 'unbound')
    const common = { row: 'memory', unit: 'MB', better: 'less', note } as const
    const target = targets[scenario.name]
    measurements.push(
      {
        ...common,
        what: `${scenario.name}, everything`,
        samples: [memoryOf(pids) / 1e6],
        ...(target === undefined ? {} : { target }),
      },
      { ...common, what: `${scenario.name}, without NGINX and Unbound`, samples: [memoryOf(daemon) / 1e6] },
    )
  }
  return measurements
}
