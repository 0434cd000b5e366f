// How fast is the way through Fairway's NGINX, next to the same way through a minimal NGINX, HAProxy and Caddy?
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Pod } from '../../src/objects/kinds/pod.ts'
import type { Bench } from '../bench-context.ts'
import type { BenchLab } from '../lab/bench-lab.ts'
import { commandLineOf, processorSeconds, processTree, programOf } from '../lab/processes.ts'
import { handWrittenProxies } from '../lab/proxies.ts'
import {
  answers,
  balancerAddress,
  nodes,
  placePod,
  processesIn,
  processors,
  serveStatic,
  startPinned,
  startWayLab,
  staticPort,
} from '../lab/way-lab.ts'
import { loadFromLaptop } from '../load/wrk.ts'
import type { Measurement, Target } from '../measurement.ts'
import { alternate, ratios } from '../rounds.ts'
import { mustRun } from '../run-program.ts'

const rounds = 5
const seconds = 2
const host = 'static.bench.example'
const others = ['minimal', 'haproxy', 'caddy'] as const
const names = { minimal: 'a minimal NGINX', haproxy: 'HAProxy', caddy: 'Caddy' } as const
type ProxyName = 'fairway' | (typeof others)[number]
/** The configuration that each was started with. */
const marks = { minimal: 'minimal.conf', haproxy: 'haproxy.cfg', caddy: 'Caddyfile' } as const
const targets: Readonly<Record<(typeof others)[number], Target>> = {
  minimal: { must: 0.85, strive: 0.95 },
  haproxy: { must: 0.85, strive: 1 },
  caddy: { must: 1, strive: 1.5 },
}
const note =
  `l7: all proxies run in the ingress pod's network, behind ports of one load-balancer address, with as many workers as the machine has ` +
  `processors, on processor ${processors.proxies}; wrk (64 connections, keep-alive) and the backend, a real NGINX with 128 bytes to say, ` +
  `on processor ${processors.servers}. Fairway's NGINX writes its access log, the others write none.`

interface Sample {
  readonly requestsPerSecond: number
  /** Processor time of the proxy for one request: it says the same whatever else the machine does. */
  readonly processorUs: number
}

export async function l7(bench: Bench): Promise<readonly Measurement[]> {
  bench.note('l7: bench/scenario')
  await using lab = await startWayLab(bench)
  const backend = await placePod(lab, 'backend', nodes[1])
  serveStatic(bench, lab, backend)
  const ingress = await ingressPod(lab)
  const directory = join(bench.directory, 'proxies')
  mkdirSync(directory)
  const proxies = handWrittenProxies({
    directory,
    backend: `${backend.address}:${staticPort}`,
    workers: availableParallelism(),
  })
  await pinAll(processesIn(lab, ingress))
  for (const name of others) startPinned(lab, ingress, { processor: processors.proxies, argv: proxies[name].argv })
  await lab.kubectl(['apply', '-f', '-'], { input: manifests(Object.values(proxies).map(({ port }) => port)) })
  const address = await balancerAddress(lab, 'proxies', ingress.namespace)
  const ports = { fairway: 80, minimal: proxies.minimal.port, haproxy: proxies.haproxy.port, caddy: proxies.caddy.port }
  for (const port of Object.values(ports)) await answers(lab, `http://${address}:${port}/`, host)

  const measure = (name: ProxyName) => async (): Promise<Sample> => {
    const pids = processesOf(name, processesIn(lab, ingress))
    const before = processorSeconds(pids)
    const load = { url: `http://${address}:${ports[name]}/`, host, seconds, connections: 64 }
    const { requestsPerSecond, requests } = await loadFromLaptop(lab, { ...load, processor: processors.servers })
    return { requestsPerSecond, processorUs: ((processorSeconds(pids) - before) * 1e6) / requests }
  }
  const samples = await alternate(rounds, {
    fairway: measure('fairway'),
    minimal: measure('minimal'),
    haproxy: measure('haproxy'),
    caddy: measure('caddy'),
  })
  const rate = (name: ProxyName) => samples[name].map(({ requestsPerSecond }) => requestsPerSecond)
  const perProcessor = (name: ProxyName) => samples[name].map(({ processorUs }) => 1 / processorUs)
  const common = { row: 'l7', better: 'more', note } as const
  return [
    ...others.map((name): Measurement => {
      const what = `Fairway's NGINX / ${names[name]}, requests/s`
      return { ...common, what, unit: 'ratio', samples: ratios(rate('fairway'), rate(name)), target: targets[name] }
    }),
    ...others.map((name): Measurement => {
      const what = `Fairway's NGINX / ${names[name]}, requests per processor time`
      return { ...common, what, unit: 'ratio', samples: ratios(perProcessor('fairway'), perProcessor(name)) }
    }),
    { ...common, what: "Fairway's NGINX", unit: 'requests/s', samples: rate('fairway') },
  ]
}

async function ingressPod(lab: BenchLab) {
  const { items } = await lab.read<{ readonly items: readonly Pod[] }>([
    'pods',
    '-n',
    'network',
    '-l',
    'app.kubernetes.io/component=controller',
  ])
  const [pod] = items
  if (pod === undefined || items.length > 1)
    throw new Error(`there are ${items.length} ingress pods; one was asked for`)
  return { namespace: 'network', name: pod.metadata.name }
}

/** Workers that a later reload makes are their master's children and stay where it is. */
async function pinAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) await mustRun(['taskset', '-acp', `${processors.proxies}`, `${pid}`])
}

/** Which of the ingress pod's processes are this proxy's. */
function processesOf(name: ProxyName, pids: readonly number[]): readonly number[] {
  if (name !== 'fairway') {
    const started = pids.find(pid => commandLineOf(pid).includes(marks[name]))
    if (started === undefined) throw new Error(`${names[name]} has ended`)
    return processTree(started)
  }
  const minimal = new Set(processesOf('minimal', pids))
  return pids.filter(pid => programOf(pid) === 'nginx' && !minimal.has(pid))
}

function manifests(ports: readonly number[]): string {
  const list = [80, ...ports].map(port => `{ name: p${port}, port: ${port}, targetPort: ${port} }`)
  return `apiVersion: v1
kind: Service
metadata: { name: proxies, namespace: network }
spec:
  type: LoadBalancer
  selector: { app.kubernetes.io/component: controller }
  ports: [${list.join(', ')}]
---
apiVersion: v1
kind: Service
metadata: { name: static }
spec: { selector: { app: backend }, ports: [{ port: 80, targetPort: ${staticPort} }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: static }
spec:
  rules:
    - host: ${host}
      http:
        paths: [{ path: /, pathType: Prefix, backend: { service: { name: static, port: { number: 80 } } } }]
`
}
