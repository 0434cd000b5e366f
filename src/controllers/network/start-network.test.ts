import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryClient } from '../../client/memory.testing.ts'
import type { Network } from '../../network/model.ts'
import { cluster, node, service, slice } from '../../network/resolve/fixture.testing.ts'
import { resolve } from '../../network/resolve/resolve.ts'
import { type EndpointSlice, endpointSlices } from '../../objects/kinds/endpoint-slice.ts'
import { nodes } from '../../objects/kinds/node.ts'
import { services } from '../../objects/kinds/service.ts'
import { startNetwork } from './start-network.ts'

const { site } = cluster({})
const http = [{ name: 'http', port: 8080 }]
const web = (name: string, last: number) =>
  service(`shop/${name}`, { spec: { clusterIP: `10.96.0.${last}`, ports: [{ name: 'http', port: 80 }] } })
const at = (name: string, address: string) => slice(`shop/${name}`, { ports: http, endpoints: [{ address }] })

async function started() {
  const stop = new AbortController()
  const client = memoryClient()
  await client.create(services, web('a', 1))
  await client.create(services, web('b', 2))
  await client.create(endpointSlices, at('a', '10.244.0.1'))
  const problems: unknown[] = []
  const source = startNetwork(client, { signal: stop.signal, site, onProblem: problem => problems.push(problem) })
  await source.synced
  const seen: { readonly next: Network; readonly previous: Network | undefined }[] = []
  const next = () =>
    new Promise<Network>(resolve => {
      const end = source.onChange((network, previous) => {
        if (previous === undefined) return
        end()
        resolve(network)
      })
    })
  return { stop, client, source, seen, next, problems }
}
const endpoints = (network: Network) =>
  network.services.map(({ name, ports }) => `${name} ${ports[0]?.endpoints.map(({ address }) => address).join()}`)

test('the Network follows slices and Services, and shares everything that did not change', async () => {
  const { stop, client, source, next } = await started()
  const first = source.current()
  assert.deepEqual(endpoints(first), ['a 10.244.0.1', 'b '])
  let changed = next()
  await client.create(endpointSlices, at('b', '10.244.0.2'))
  const second = await changed
  assert.deepEqual(endpoints(second), ['a 10.244.0.1', 'b 10.244.0.2'])
  assert.equal(second.services[0], first.services[0])
  changed = next()
  await client.create(services, web('aa', 3))
  assert.deepEqual(endpoints(await changed), ['a 10.244.0.1', 'aa ', 'b 10.244.0.2'])
  changed = next()
  await client.delete(services, { namespace: 'shop', name: 'a' })
  assert.deepEqual(endpoints(await changed), ['aa ', 'b 10.244.0.2'])
  changed = next()
  await client.delete(endpointSlices, { namespace: 'shop', name: 'b-v4' })
  assert.deepEqual(endpoints(await changed), ['aa ', 'b '])
  stop.abort()
})

test('what comes in one turn is one change, and a heartbeat is none', async () => {
  const { stop, client, source } = await started()
  await client.create(nodes, node('k8s-1', { addresses: ['192.168.1.98'] }))
  await new Promise(resolve => setTimeout(resolve, 5))
  let changes = -1
  source.onChange(() => changes++)
  await Promise.all(Array.from({ length: 20 }, (_, i) => client.create(services, web(`c${i}`, 10 + i))))
  await new Promise(resolve => setTimeout(resolve, 10))
  assert.ok(changes >= 1 && changes <= 2, `${changes} changes for twenty Services`)
  const before = changes
  await client.patch(nodes, { name: 'k8s-1' }, { type: 'merge', patch: { metadata: { annotations: { beat: '1' } } } })
  await new Promise(resolve => setTimeout(resolve, 10))
  assert.equal(changes, before)
  stop.abort()
})

test('a subscriber that fails keeps the news from nobody', async () => {
  const { stop, client, source, next, problems } = await started()
  source.onChange(() => {
    throw new Error('mine')
  })
  const changed = next()
  await client.create(endpointSlices, at('b', '10.244.0.2'))
  await changed
  assert.equal(problems.length, 2)
  stop.abort()
})

test('told what was touched, resolving gives what resolving everything gives', async () => {
  const objects = new Map<string, EndpointSlice>()
  const at = (i: number, version: number) =>
    slice(`shop/s${i}`, { ports: http, endpoints: [{ address: `10.244.${version}.${i}` }] })
  const list = Array.from({ length: 20 }, (_, i) => web(`s${i}`, i))
  for (let i = 0; i < 20; i++) objects.set(`shop/s${i}-v4`, at(i, 0))
  const base = { ...cluster({ services: list }), endpointSlices: objects }
  let network = resolve(base)
  for (let version = 1; version < 40; version++) {
    const touched = [version % 20, (version * 7) % 20]
    for (const i of touched) objects.set(`shop/s${i}-v4`, at(i, version))
    network = resolve(base, network, new Set(touched.map(i => `shop/s${i}`)))
    assert.deepEqual(network, resolve({ ...base, endpointSlices: new Map(objects) }))
  }
})
