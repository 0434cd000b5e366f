// What does the way through a load-balancer address cost, next to the way straight to the pod?
import type { Bench } from '../bench-context.ts'
import type { BenchLab } from '../lab/bench-lab.ts'
import {
  announcerOf,
  answers,
  balancerAddress,
  balancerManifest,
  nodes,
  placePod,
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
  'Static: a real NGINX with one worker; stand-in: the echo server of the lab. Direct: laptop → node → pod.'

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
    const target = { must: 0.9, strive: 0.97 }
    const direct = `http://${pod.address}:${staticPort}/`
    measurements.push(
      await compare(lab, `LB address / direct, ${where}, keep-alive`, {
        through: `http://${address}/`,
        direct,
        target,
      }),
      await compare(lab, `LB address / direct, ${where}, a connection each`, {
        through: `http://${address}/`,
        direct,
        isShort: true,
      }),
      await compare(lab, `LB address / direct, ${where}, stand-in`, {
        through: `http://${address}:8080/`,
        direct: `http://${pod.address}:${standInPort}/`,
      }),
    )
  }
  return measurements
}

interface Ways {
  readonly through: string
  readonly direct: string
  readonly isShort?: boolean
  readonly target?: Measurement['target']
}

async function compare(lab: BenchLab, what: string, { through, direct, isShort, target }: Ways): Promise<Measurement> {
  const load = (url: string) => async () => {
    const common = { seconds, connections: 64, processor: processors.load, ...(isShort === true && { isShort }) }
    return (await loadFromLaptop(lab, { ...common, url })).requestsPerSecond
  }
  const rates = await alternate(rounds, { through: load(through), direct: load(direct) })
  return {
    row: 'l4',
    what,
    unit: 'ratio',
    better: 'more',
    samples: ratios(rates.through, rates.direct),
    note,
    ...(target !== undefined && { target }),
  }
}
