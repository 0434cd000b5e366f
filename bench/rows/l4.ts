// What does the way through a load-balancer address cost, next to the way straight to the pod?
import type { Bench } from '../bench-context.ts'
import type { BenchLab } from '../lab/bench-lab.ts'
import { processorSeconds } from '../lab/processes.ts'
import {
  announcerOf,
  answers,
  balancerAddress,
  balancerManifest,
  nodes,
  type PlacedPod,
  placePod,
  processesIn,
  processors,
  serveStatic,
  standInPort,
  startWayLab,
  staticPort,
} from '../lab/way-lab.ts'
import { loadFromLaptop } from '../load/wrk.ts'
import type { Measurement } from '../measurement.ts'
import { alternate, ratios } from '../rounds.ts'

const rounds = 7
const seconds = 1
const note =
  `l4: wrk in the laptop on processor ${processors.load}, 64 connections; the server on processor ${processors.servers} of the same machine. ` +
  'The server is a real NGINX with one worker; stand-in: the echo server of the lab. Direct: laptop → node → pod. ' +
  'Processor time is that of wrk and the server, with what the kernel does for them: it says the same whatever else the machine does.'

export async function l4(bench: Bench): Promise<readonly Measurement[]> {
  bench.note('l4: bench/scenario')
  await using lab = await startWayLab(bench)
  const places = ['near', 'far'] as const
  const ports = [
    [80, staticPort],
    [8080, standInPort],
  ] as const
  await lab.kubectl(['apply', '-f', '-'], {
    input: places.map(name => balancerManifest(name, `app: ${name}`, ports)).join(''),
  })
  const measurements: Measurement[] = []
  for (const place of places) {
    const address = await balancerAddress(lab, place)
    const announcer = await announcerOf(lab, address)
    const node = place === 'near' ? announcer : nodes.find(name => name !== announcer)
    const pod = await placePod(lab, place, node ?? announcer)
    serveStatic(bench, lab, pod)
    await answers(lab, `http://${address}/`)
    await answers(lab, `http://${address}:8080/`)
    const where = place === 'near' ? 'pod on the announcing node' : 'pod on another node'
    const ways = { through: `http://${address}/`, direct: `http://${pod.address}:${staticPort}/` }
    const standIn = { through: `http://${address}:8080/`, direct: `http://${pod.address}:${standInPort}/` }
    const target = { must: 0.9, strive: 0.97 }
    const compared = { lab, pod }
    measurements.push(
      ...(await compare(compared, `LB address / direct, ${where}`, { ...ways, target })),
      ...(await compare(compared, `LB address / direct, ${where}, a connection each`, { ...ways, isShort: true })),
      ...(await compare(compared, `LB address / direct, ${where}, stand-in`, standIn)).slice(0, 1),
    )
  }
  return measurements
}

interface Compared {
  readonly lab: BenchLab
  readonly pod: PlacedPod
}

interface Ways {
  readonly through: string
  readonly direct: string
  readonly isShort?: boolean
  readonly target?: Measurement['target']
}

async function compare(
  { lab, pod }: Compared,
  what: string,
  { through, direct, isShort, target }: Ways,
): Promise<readonly Measurement[]> {
  const load = (url: string) => async () => {
    const server = processesIn(lab, pod)
    const before = processorSeconds(server)
    const common = { seconds, connections: 64, processor: processors.load, ...(isShort === true && { isShort }) }
    const result = await loadFromLaptop(lab, { ...common, url })
    const used = result.processorSeconds + processorSeconds(server) - before
    return { rate: result.requestsPerSecond, perProcessor: result.requests / used }
  }
  const samples = await alternate(rounds, { through: load(through), direct: load(direct) })
  const ratio = (of: 'rate' | 'perProcessor') =>
    ratios(
      samples.through.map(sample => sample[of]),
      samples.direct.map(sample => sample[of]),
    )
  const common = { row: 'l4', unit: 'ratio', better: 'more', note } as const
  return [
    { ...common, what: `${what}, requests/s`, samples: ratio('rate'), ...(target !== undefined && { target }) },
    { ...common, what: `${what}, requests per processor time`, samples: ratio('perProcessor') },
  ]
}
