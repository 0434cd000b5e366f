// Do packets to Service addresses arrive where they should, on real kernels?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { service, slice } from '../../src/network/resolve/fixture.testing.ts'
import { ask, askUdp, startWorld, udpSocket, type World } from './world.testing.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(async () => {
  assert.deepEqual(world.failures, [])
  await world[Symbol.asyncDispose]()
})

const web = service('default/web', {
  spec: {
    type: 'LoadBalancer',
    clusterIP: '10.96.0.20',
    clusterIPs: ['10.96.0.20', 'fd00:96::20'],
    ports: [{ name: 'http', port: 80, nodePort: 30_080, protocol: 'TCP' }],
  },
  ingress: ['192.168.1.101', 'fd00:1::101'],
})
const http = [{ name: 'http', port: 8080 }]
const v4 = slice('default/web', {
  ports: http,
  endpoints: [
    { address: '10.244.0.10', node: 'k8s-1' },
    { address: '10.244.0.11', node: 'k8s-1' },
    { address: '10.244.1.10', node: 'k8s-2' },
    { address: '10.244.1.11', node: 'k8s-2' },
  ],
})
const v6 = slice('default/web', {
  ports: http,
  endpoints: [
    { address: 'fd00:244::10', node: 'k8s-1' },
    { address: 'fd00:244:1::10', node: 'k8s-2' },
  ],
})

test('a pod reaches a ClusterIP, under its own address, and connections spread evenly', async () => {
  await world.apply({ services: [web], endpointSlices: [v4] })
  const hits = new Map<string, number>()
  for (let i = 0; i < 200; i++) {
    const { pod, client } = await ask(world.machine('b1'), '10.96.0.20')
    if (pod !== 'b1') assert.equal(client, '10.244.1.10')
    hits.set(pod, (hits.get(pod) ?? 0) + 1)
  }
  assert.deepEqual([...hits.keys()].sort(), ['a1', 'a2', 'b1', 'b2'])
  for (const [pod, count] of hits) assert.ok(count > 20 && count < 80, `${pod} got ${count} of 200`)
})

test('a pod meets itself behind its own Service', async () => {
  const own = slice('default/web', { ports: http, endpoints: [{ address: '10.244.0.10', node: 'k8s-1' }] })
  await world.apply({ services: [web], endpointSlices: [own] })
  assert.deepEqual(await ask(world.machine('a1'), '10.96.0.20'), { pod: 'a1', client: '192.168.1.98' })
})

test('a node reaches Services, also on the load-balancer address that it holds itself', async () => {
  await world.apply({ services: [web], endpointSlices: [v4] })
  world.announce('k8s-1', '192.168.1.101')
  for (const to of ['10.96.0.20', '192.168.1.101']) {
    for (let i = 0; i < 8; i++) {
      const { client } = await ask(world.machine('k8s-1'), to)
      assert.equal(client, '192.168.1.98')
    }
    assert.equal((await ask(world.machine('k8s-2'), to)).client, '192.168.1.99')
  }
  world.withdraw('k8s-1', '192.168.1.101')
})

test('the laptop reaches the load-balancer address through the node that holds it, and any node port', async () => {
  await world.apply({ services: [web], endpointSlices: [v4] })
  world.announce('k8s-2', '192.168.1.101')
  for (let i = 0; i < 8; i++) {
    const { pod, client } = await ask(world.machine('laptop'), '192.168.1.101')
    // The answer must come back the same way, so the pod sees the node.
    assert.equal(client, '192.168.1.99', pod)
  }
  assert.equal((await ask(world.machine('laptop'), '192.168.1.98', { port: 30_080 })).client, '192.168.1.98')
  // A pod that goes to another node's port: whichever pod answers, it must answer through that node.
  for (let i = 0; i < 12; i++) {
    assert.equal((await ask(world.machine('a1'), '192.168.1.99', { port: 30_080 })).client, '192.168.1.99')
  }
  world.withdraw('k8s-2', '192.168.1.101')
})

test('externalTrafficPolicy Local keeps the client and stays on the node', async () => {
  const local = { ...web, spec: { ...web.spec, externalTrafficPolicy: 'Local' as const } }
  await world.apply({ services: [local], endpointSlices: [v4] })
  world.announce('k8s-2', '192.168.1.101')
  for (let i = 0; i < 8; i++) {
    const { pod, client } = await ask(world.machine('laptop'), '192.168.1.101')
    assert.equal(client, '192.168.1.50')
    assert.ok(['b1', 'b2'].includes(pod), pod)
  }
  // From inside the cluster every endpoint is reached, as through the ClusterIP.
  const inside = new Set<string>()
  for (let i = 0; i < 40; i++) inside.add((await ask(world.machine('a1'), '192.168.1.101')).pod)
  assert.deepEqual([...inside].sort(), ['a1', 'a2', 'b1', 'b2'])
  const own = new Set<string>()
  for (let i = 0; i < 40; i++) own.add((await ask(world.machine('k8s-2'), '192.168.1.101')).pod)
  assert.deepEqual([...own].sort(), ['a1', 'a2', 'b1', 'b2'])

  const elsewhere = slice('default/web', { ports: http, endpoints: [{ address: '10.244.0.10', node: 'k8s-1' }] })
  await world.apply({ services: [local], endpointSlices: [elsewhere] })
  await assert.rejects(ask(world.machine('laptop'), '192.168.1.101', { timeoutMs: 150 }), /no answer/)
  world.withdraw('k8s-2', '192.168.1.101')
})

test('without endpoints every address refuses at once, and so does a port that no Service has', async () => {
  await world.apply({ services: [web], endpointSlices: [] })
  world.announce('k8s-1', '192.168.1.101')
  const tries = [
    ['a1', '10.96.0.20', 80],
    ['a1', '10.96.0.20', 81],
    ['a1', '10.111.0.1', 80],
    ['k8s-1', '10.96.0.20', 80],
    ['laptop', '192.168.1.101', 80],
    ['laptop', '192.168.1.101', 22],
    ['laptop', '192.168.1.98', 30_080],
  ] as const
  for (const [from, to, port] of tries) {
    const startedAt = performance.now()
    await assert.rejects(ask(world.machine(from), to, { port }), { code: 'ECONNREFUSED' })
    const took = performance.now() - startedAt
    assert.ok(took < 50, `${from} → ${to}:${port} took ${took} ms`)
  }
  world.withdraw('k8s-1', '192.168.1.101')
})

test('IPv6 goes the same ways', async () => {
  await world.apply({ services: [web], endpointSlices: [v4, v6] })
  world.announce('k8s-1', 'fd00:1::101')
  const found = new Set<string>()
  for (let i = 0; i < 40; i++) found.add((await ask(world.machine('a2'), 'fd00:96::20')).pod)
  assert.deepEqual([...found].sort(), ['a1', 'b1'])
  assert.equal((await ask(world.machine('laptop'), 'fd00:1::101')).client, 'fd00:1::98')
  assert.equal((await ask(world.machine('laptop'), 'fd00:1::99', { port: 30_080 })).client, 'fd00:1::99')
  await assert.rejects(ask(world.machine('a2'), 'fd00:96::20', { port: 81 }), { code: 'ECONNREFUSED' })
  world.withdraw('k8s-1', 'fd00:1::101')
})

test('UDP through a Service, and a client that keeps its port moves on when its pod is gone, also after no pod at all', async () => {
  const dns = service('default/dns', {
    spec: { clusterIP: '10.96.0.53', clusterIPs: ['10.96.0.53'], ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
  })
  const at = (address: string) =>
    slice('default/dns', { ports: [{ name: 'dns', port: 8080, protocol: 'UDP' }], endpoints: [{ address }] })
  await world.apply({ services: [dns], endpointSlices: [at('10.244.0.10')] })
  const socket = udpSocket(world.machine('b1'))
  assert.equal((await askUdp(socket, '10.96.0.53')).pod, 'a1')
  await world.apply({ services: [dns], endpointSlices: [at('10.244.0.11')] })
  assert.equal((await askUdp(socket, '10.96.0.53')).pod, 'a2')
  await world.apply({ services: [dns], endpointSlices: [] })
  await assert.rejects(askUdp(socket, '10.96.0.53', { timeoutMs: 100 }))
  await world.apply({ services: [dns], endpointSlices: [at('10.244.1.11')] })
  assert.equal((await askUdp(socket, '10.96.0.53')).pod, 'b2')
  socket.close()
})

test('an established connection keeps its pod when endpoints change', async () => {
  const at = (...addresses: string[]) =>
    slice('default/web', { ports: http, endpoints: addresses.map(address => ({ address })) })
  await world.apply({ services: [web], endpointSlices: [at('10.244.0.10')] })
  const socket = world.machine('b1').connect('10.96.0.20', 80)
  const say = () =>
    new Promise<string>((resolve, reject) => {
      socket.once('data', data => resolve(data.toString().split(' ')[0] ?? ''))
      socket.once('error', reject)
      socket.write('?')
    })
  await new Promise(resolve => socket.once('connect', resolve))
  assert.equal(await say(), 'a1')
  await world.apply({ services: [web], endpointSlices: [at('10.244.0.10', '10.244.1.10')] })
  assert.equal(await say(), 'a1')
  await world.apply({ services: [web], endpointSlices: [at('10.244.1.10')] })
  assert.equal(await say(), 'a1')
  assert.equal((await ask(world.machine('b2'), '10.96.0.20')).pod, 'b1')
  socket.destroy()
})

for (const [family, address, slice] of [
  ['IPv4', '10.96.0.20', v4],
  ['IPv6', 'fd00:96::20', v6],
] as const) {
  test(`sessionAffinity keeps a client with its pod, and gives it another when that one is gone (${family})`, async () => {
    const sticky = { ...web, spec: { ...web.spec, sessionAffinity: 'ClientIP' as const } }
    const stays = async () => {
      const { pod } = await ask(world.machine('b1'), address)
      for (let i = 0; i < 12; i++) assert.equal((await ask(world.machine('b1'), address)).pod, pod)
      return pod
    }
    await world.apply({ services: [sticky], endpointSlices: [slice] })
    const first = await stays()
    const lost = world.pods.get(first)?.addresses
    const rest = {
      ...slice,
      endpoints: slice.endpoints.filter(({ addresses: [own] }) => !lost?.some(at => at === own)),
    }
    assert.ok(rest.endpoints.length < slice.endpoints.length)
    await world.apply({ services: [sticky], endpointSlices: [rest] })
    const second = await stays()
    assert.notEqual(second, first)
    // Back to all of them: who had found a new pod stays there.
    await world.apply({ services: [sticky], endpointSlices: [slice] })
    assert.equal(await stays(), second)
  })
}

test('loadBalancerSourceRanges stop clients outside, never pods and nodes', async () => {
  const allow = (...ranges: string[]) => ({ ...web, spec: { ...web.spec, loadBalancerSourceRanges: ranges } })
  world.announce('k8s-1', '192.168.1.101')
  await world.apply({ services: [allow('192.168.1.48/29', '192.168.1.50/32')], endpointSlices: [v4] })
  await ask(world.machine('laptop'), '192.168.1.101')
  await world.apply({ services: [allow('172.16.0.0/12')], endpointSlices: [v4] })
  await assert.rejects(ask(world.machine('laptop'), '192.168.1.101', { timeoutMs: 150 }), /no answer/)
  await ask(world.machine('laptop'), '192.168.1.98', { port: 30_080 })
  await ask(world.machine('a1'), '192.168.1.101')
  await ask(world.machine('k8s-1'), '192.168.1.101')
  world.withdraw('k8s-1', '192.168.1.101')
})
