// Brings thousands of Services into a node's kernel, and changes one of them again and again; prints a line of JSON per measurement.
import { createApplier } from '../../src/dataplane/nftables/apply.ts'
import { compileNode } from '../../src/dataplane/nftables/compile.ts'
import { startTopology } from '../../src/lab/topology/topology.ts'
import { address } from '../../src/net/address.ts'
import { cidr } from '../../src/net/cidr.ts'
import type { Network } from '../../src/network/model.ts'
import type { ClusterObjects } from '../../src/network/resolve/cluster-objects.ts'
import { cluster, node, pod, service, slice } from '../../src/network/resolve/fixture.testing.ts'
import { resolve } from '../../src/network/resolve/resolve.ts'
import type { EndpointSlice } from '../../src/objects/kinds/endpoint-slice.ts'

function report(what: string, samples: readonly number[]): void {
  console.log(JSON.stringify({ what, samples }))
}

const vip = '192.168.1.101'
const podAddress = '10.244.0.10'
const http = [{ name: 'http', port: 8080 }]
await using topology = await startTopology({
  lan: { cidrs: [cidr('192.168.1.0/24')], gateways: [address('192.168.1.1')] },
  nodes: [{ name: 'k8s-1', addresses: [address('192.168.1.98')], podCidrs: [cidr('10.244.0.0/24')] }],
  hosts: [],
  internet: { links: [cidr('203.0.113.0/30')], services: [] },
})
const machine = topology.machines.get('k8s-1')
if (machine === undefined) throw new Error('the topology has no node')
const { namespace } = machine

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

async function control(count: number): Promise<void> {
  const label = `${count.toLocaleString('en')} Services × 3`
  const objects = manyServices(count)
  const startedAt = performance.now()
  let network: Network = resolve(objects)
  await using applier = createApplier({
    node: 'k8s-1',
    namespace,
    onFailure: why => console.error(why.slice(0, 500)),
  })
  let plan = compileNode(network, 'k8s-1')
  const compiledAt = performance.now()
  if (plan === undefined) throw new Error('no plan')
  applier.want(plan)
  await applier.settled()
  report(`${label}: objects → plan, from nothing`, [compiledAt - startedAt])
  report(`${label}: plan → kernel, from nothing`, [performance.now() - compiledAt])

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
  report(`${label}: one endpoint changed, object → kernel`, times)
  report(`${label}: of that, objects → plan`, pure)
}

for (const count of [5_000, 30_000]) await control(count)
