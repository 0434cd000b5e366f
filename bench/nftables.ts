// How fast do Services get into a node's kernel, and what do they cost the packets?
// Run as `scripts/in-sandbox node bench/nftables.ts [--json FILE]`; prints a table.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createApplier } from '../src/dataplane/nftables/apply.ts'
import { compileNode } from '../src/dataplane/nftables/compile.ts'
import { attachPod } from '../src/lab/topology/pods.ts'
import { startTopology } from '../src/lab/topology/topology.ts'
import { address } from '../src/net/address.ts'
import { cidr } from '../src/net/cidr.ts'
import type { Network } from '../src/network/model.ts'
import type { ClusterObjects } from '../src/network/resolve/cluster-objects.ts'
import { cluster, node, pod, service, slice } from '../src/network/resolve/fixture.testing.ts'
import { resolve } from '../src/network/resolve/resolve.ts'
import type { EndpointSlice } from '../src/objects/kinds/endpoint-slice.ts'
import { changeNetwork } from '../src/sys/netlink.ts'

const results: { readonly what: string; readonly value: number; readonly unit: string }[] = []
function report(what: string, value: number, unit = 'ms'): void {
  results.push({ what, value: Math.round(value * 1000) / 1000, unit })
  console.log(`${what.padEnd(72)} ${value.toFixed(value < 10 ? 3 : 0).padStart(9)} ${unit}`)
}

const vip = '192.168.1.101'
const podAddress = '10.244.0.10'
const http = [{ name: 'http', port: 8080 }]
await using topology = await startTopology({
  lan: { cidrs: [cidr('192.168.1.0/24')], gateways: [address('192.168.1.1')] },
  nodes: [{ name: 'k8s-1', addresses: [address('192.168.1.98')], podCidrs: [cidr('10.244.0.0/24')] }],
  hosts: [{ name: 'laptop', addresses: [address('192.168.1.50')] }],
  internet: { links: [cidr('203.0.113.0/30')], services: [] },
})
const machineOf = (name: string) => {
  const machine = topology.machines.get(name)
  if (machine === undefined) throw new Error(`no machine ${name}`)
  return machine
}
const [machine, laptop] = [machineOf('k8s-1'), machineOf('laptop')]
await using podNamespace = await attachPod(machine, { name: 'pod-a', addresses: [address(podAddress)] })

function manyServices(count: number): ClusterObjects {
  const services = Array.from({ length: count }, (_, i) =>
    service(`bench/s${i}`, {
      spec: { clusterIP: `10.${96 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`, ports: [{ name: 'http', port: 80 }] },
    }),
  )
  const slices = services.map((_, i) => sliceOf(i, 0))
  const web = service('bench/web', {
    spec: { type: 'LoadBalancer', clusterIP: '10.111.0.1', ports: [{ name: 'http', port: 80 }] },
    ingress: [vip],
  })
  return cluster({
    nodes: [node('k8s-1', { addresses: ['192.168.1.98'], podCidrs: ['10.244.0.0/24'] })],
    pods: [pod('bench/a', { node: 'k8s-1', addresses: [podAddress] })],
    services: [...services, web],
    endpointSlices: [
      ...slices,
      slice('bench/web', { ports: http, endpoints: [{ address: podAddress, node: 'k8s-1' }] }),
    ],
  })
}

function sliceOf(index: number, version: number): EndpointSlice {
  const last = (n: number) => ((index * 3 + n) >> 8) & 127
  return slice(`bench/s${index}`, {
    ports: http,
    endpoints: [0, 1, 2].map(n => ({
      address: `10.245.${last(n) + (n === 1 ? (version % 2) * 128 : 0)}.${(index * 3 + n) & 255}`,
    })),
  })
}

/** As an informer does: the same map with one object replaced, and an index of the slices. */
function replaceSlice(objects: ClusterObjects, changed: EndpointSlice): void {
  ;(objects.endpointSlices as Map<string, EndpointSlice>).set(`bench/${changed.metadata.name}`, changed)
}

const quantile = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * q)] ?? 0

async function control(count: number): Promise<void> {
  const label = `${count.toLocaleString('en')} Services × 3`
  const objects = manyServices(count)
  const startedAt = performance.now()
  let network: Network = resolve(objects)
  const resolvedAt = performance.now()
  await using applier = createApplier({
    node: 'k8s-1',
    namespace: machine.namespace,
    onFailure: why => console.error(why.slice(0, 500)),
  })
  let plan = compileNode(network, 'k8s-1')
  const compiledAt = performance.now()
  if (plan === undefined) throw new Error('no plan')
  applier.want(plan)
  await applier.settled()
  report(`${label}: objects → Network, from nothing`, resolvedAt - startedAt)
  report(`${label}: Network → plan, from nothing`, compiledAt - resolvedAt)
  report(`${label}: plan → kernel, from nothing`, performance.now() - compiledAt)

  const slicesOf = (key: string) => {
    const held = objects.endpointSlices.get(`${key}-v4`)
    return new Set(held === undefined ? [] : [held])
  }
  const times: number[] = []
  const pure: number[] = []
  for (let round = 0; round < 60; round++) {
    const begin = performance.now()
    const index = (round * 37) % count
    replaceSlice(objects, sliceOf(index, 1 + Math.floor(round / count)))
    network = resolve({ ...objects, slicesOf }, network, new Set([`bench/s${index}`]))
    plan = compileNode(network, 'k8s-1', plan)
    pure.push(performance.now() - begin)
    if (plan === undefined) throw new Error('no plan')
    applier.want(plan)
    await applier.settled()
    times.push(performance.now() - begin)
  }
  report(`${label}: one endpoint changed, object → kernel (3 ms gathering), p50`, quantile(times, 0.5))
  report(`${label}: one endpoint changed, object → kernel (3 ms gathering), p99`, quantile(times, 0.99))
  report(`${label}: of that resolve and compile, p50`, quantile(pure, 0.5))
  report(`${label}: memory of this process`, process.memoryUsage.rss() / 1e6, 'MB')
}

/** Requests per second that wrk gets, with keep-alive or with one connection per request. */
function wrk(host: string, port: number, isShort: boolean): number {
  const header = isShort ? ['-H', 'Connection: close'] : []
  const args = ['-t1', '-c16', '-d2s', ...header, `http://${host}:${port}/`]
  const output = laptop.namespace.inside(() => execFileSync('wrk', args, { encoding: 'utf8' }))
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1] ?? 0)
}

async function packets(): Promise<void> {
  const directory = '/run/bench-nginx'
  execFileSync('mkdir', ['-p', directory])
  writeFileSync(
    `${directory}/nginx.conf`,
    `daemon off; worker_processes 1; pid ${directory}/pid; error_log /dev/null;
     events { worker_connections 1024; }
     http { access_log off; keepalive_requests 1000000; server { listen 8080 reuseport; return 200 "ok"; } }`,
  )
  const nginx = podNamespace.spawn('nginx', ['-c', `${directory}/nginx.conf`], { stdio: 'ignore' })
  try {
    await new Promise(resolve => setTimeout(resolve, 300))
    for (const isShort of [false, true]) {
      const ratios: number[] = []
      const direct: number[] = []
      for (let round = 0; round < 5; round++) {
        // In turn, and the order alternates, so that whatever else the machine does hits both alike.
        const ask = [() => wrk(podAddress, 8080, isShort), () => wrk(vip, 80, isShort)] as const
        const first = ask[round % 2 === 0 ? 0 : 1]()
        const second = ask[round % 2 === 0 ? 1 : 0]()
        const [plain, through] = round % 2 === 0 ? [first, second] : [second, first]
        direct.push(plain)
        ratios.push(through / plain)
      }
      const kind = isShort ? 'one connection per request' : 'keep-alive'
      report(`laptop → LB address → pod / laptop → pod, ${kind}, median of 5`, quantile(ratios, 0.5), '×')
      report(`laptop → pod, ${kind}`, quantile(direct, 0.5), 'req/s')
    }
  } finally {
    nginx.kill('SIGKILL')
  }
}

changeNetwork(machine.namespace, netlink =>
  netlink.apply([{ kind: 'put-address', device: 'lo', address: address(vip), prefix: 32 }]),
)
for (const count of [1, 5_000, 30_000]) {
  await control(count)
  if (count !== 5_000) await packets()
}

const json = process.argv.indexOf('--json')
const file = json < 0 ? undefined : process.argv[json + 1]
if (file !== undefined) writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
