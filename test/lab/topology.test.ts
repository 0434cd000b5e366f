// Do packets flow between the machines of a lab as the plan says, and does each see its own files?
// Run with: scripts/in-sandbox node --test test/lab/
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readlinkSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Machine } from '../../src/lab/topology/machine.ts'
import { createPodAttacher } from '../../src/lab/topology/pod-attacher.ts'
import { attachPod, detachPod } from '../../src/lab/topology/pods.ts'
import { startTopology, type Topology } from '../../src/lab/topology/topology.ts'
import { address } from '../../src/net/address.ts'
import type { NetNamespace } from '../../src/sys/namespace.ts'
import { bindUdp } from '../../src/sys/sockets.ts'
import { anton, antonDualStack } from './anton-plan.testing.ts'
import { useOwnRun } from './own-run.testing.ts'

useOwnRun()

function machine(topology: Topology, name: string): Machine {
  const found = topology.machines.get(name)
  assert.ok(found, `no machine ${name}`)
  return found
}

/** A server that says who asked. */
function tellPeer(namespace: NetNamespace, port: number): Server {
  const server = createTcpServer(socket => {
    socket.on('error', () => {})
    socket.end((socket.remoteAddress ?? '').replace('::ffff:', ''))
  })
  namespace.listen(server, port)
  return server
}

/** What a server of `tellPeer` answers, or the error's code. */
async function ask(namespace: NetNamespace, to: string, port = 80): Promise<string> {
  const socket: Socket = namespace.connect(to, port)
  socket.setTimeout(1500, () => socket.destroy(Object.assign(new Error('no answer'), { code: 'TIMEOUT' })))
  try {
    return await text(socket)
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}

test('pods, nodes and LAN hosts reach each other with their own addresses', async () => {
  await using topology = await startTopology(anton)
  await using pod1 = await attachPod(machine(topology, 'k8s-1'), { name: 'pod-a', addresses: [address('10.244.0.10')] })
  await using pod2 = await attachPod(machine(topology, 'k8s-2'), { name: 'pod-b', addresses: [address('10.244.1.10')] })
  const laptop = machine(topology, 'laptop').namespace
  const node3 = machine(topology, 'k8s-3').namespace
  using servers = new DisposableStack()
  for (const namespace of [pod1, pod2, node3, laptop]) servers.adopt(tellPeer(namespace, 80), server => server.close())

  assert.equal(await ask(laptop, '10.244.0.10'), '192.168.1.50')
  assert.equal(await ask(pod1, '10.244.1.10'), '10.244.0.10')
  assert.equal(await ask(pod2, '192.168.1.100'), '10.244.1.10')
  assert.equal(await ask(pod2, '192.168.1.50'), '10.244.1.10')
  assert.equal(await ask(machine(topology, 'router').namespace, '10.244.1.10'), '192.168.1.1')
  assert.equal(await ask(machine(topology, 'k8s-1').namespace, '10.244.0.10'), '192.168.1.98')
  assert.equal(await ask(node3, '10.244.1.10'), '192.168.1.100')
  assert.equal(await ask(laptop, '10.244.0.77'), 'EHOSTUNREACH')

  await detachPod(machine(topology, 'k8s-1'), pod1)
  assert.equal(await ask(laptop, '10.244.0.10'), 'EHOSTUNREACH')
  assert.equal(await ask(laptop, '10.244.1.10'), '192.168.1.50')
})

test('the internet sees the router, answers on any of its addresses, and finds no way in', async () => {
  await using topology = await startTopology(anton)
  const internet = machine(topology, 'internet').namespace
  const laptop = machine(topology, 'laptop').namespace
  await using pod = await attachPod(machine(topology, 'k8s-2'), { name: 'pod-b', addresses: [address('10.244.1.10')] })
  using servers = new DisposableStack()
  for (const namespace of [internet, laptop]) servers.adopt(tellPeer(namespace, 80), server => server.close())

  assert.equal(await ask(laptop, '198.51.100.7'), '203.0.113.2')
  assert.equal(await ask(pod, '198.51.100.200'), '203.0.113.2')
  assert.equal(await ask(pod, '203.0.113.1'), '203.0.113.2')
  assert.equal(await ask(internet, '192.168.1.50'), 'ENETUNREACH')
})

test('a machine that is cut off answers no more, until it is restored', async () => {
  await using topology = await startTopology(anton)
  const [laptop, node] = [machine(topology, 'laptop').namespace, machine(topology, 'k8s-1')]
  using servers = new DisposableStack()
  servers.adopt(tellPeer(node.namespace, 80), server => server.close())
  assert.equal(await ask(laptop, '192.168.1.98'), '192.168.1.50')
  node.cut()
  assert.equal(await ask(laptop, '192.168.1.98'), 'TIMEOUT')
  node.restore()
  assert.equal(await ask(laptop, '192.168.1.98'), '192.168.1.50')
})

test('with two families both lead everywhere', async () => {
  await using topology = await startTopology(antonDualStack)
  const addresses = [address('10.244.0.10'), address('fd00:10:244::10')]
  await using pod = await attachPod(machine(topology, 'k8s-1'), { name: 'pod-a', addresses })
  const [laptop, internet] = [machine(topology, 'laptop').namespace, machine(topology, 'internet').namespace]
  using servers = new DisposableStack()
  for (const namespace of [pod, laptop, internet]) servers.adopt(tellPeer(namespace, 80), server => server.close())

  assert.equal(await ask(laptop, 'fd00:10:244::10'), 'fd00:1::50')
  assert.equal(await ask(laptop, '10.244.0.10'), '192.168.1.50')
  assert.equal(await ask(pod, 'fd00:1::50'), 'fd00:10:244::10')
  assert.equal(await ask(pod, '2001:db8:2::9'), '2001:db8:1::2')
})

test('a program run as a machine sees its host name, resolver, hosts and trusted authorities', async () => {
  const authority = '-----BEGIN CERTIFICATE-----\nnot really\n-----END CERTIFICATE-----'
  await using topology = await startTopology({ ...anton, authorities: [authority], searchDomains: ['lan'] })
  const laptop = machine(topology, 'laptop')
  const run = async (...argv: string[]) => {
    const [command = '', ...args] = laptop.command(argv)
    const result = await laptop.namespace.run(command, args)
    assert.equal(result.stderr, '')
    return result.stdout
  }
  assert.equal(await run('cat', '/etc/resolv.conf'), 'search lan\nnameserver 192.168.1.1\n')
  assert.equal(await run('hostname'), 'laptop\n')
  assert.match(await run('cat', '/etc/hosts'), /^127\.0\.1\.1 laptop$/m)
  assert.ok((await run('cat', '/etc/ssl/certs/ca-certificates.crt')).endsWith(`${authority}\n`))
  assert.equal(await run('printf', '%s\n', '$(id)', '--', ''), '$(id)\n--\n\n')
  assert.match(await run('ip', '-o', '-4', 'address', 'show', 'eth0'), /192\.168\.1\.50\/24/)
})

test('a failed start leaves nothing behind', async () => {
  const [first] = anton.nodes
  assert.ok(first)
  const bad = { ...anton, nodes: [first, { ...first, name: 'k8s-2', addresses: [address('172.16.0.1')] }] }
  await assert.rejects(startTopology(bad), /172\.16\.0\.1 is in none of 192\.168\.1\.0\/24/)
  await using topology = await startTopology(anton)
  assert.equal(topology.machines.size, 6)
})

test('an HTTP server on a free port belongs to the pod alone', async () => {
  await using topology = await startTopology(anton)
  await using pod = await attachPod(machine(topology, 'k8s-1'), { name: 'pod-a', addresses: [address('10.244.0.10')] })
  const server = createServer((_request, response) => response.end('here'))
  pod.listen(server, 0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [laptop, node] = [machine(topology, 'laptop').namespace, machine(topology, 'k8s-1').namespace]
  const reply = await laptop.run('curl', ['-sS', '--max-time', '2', `http://10.244.0.10:${port}/`])
  assert.deepEqual([reply.exitCode, reply.stdout], [0, 'here'])
  assert.equal(await ask(node, '127.0.0.1', port), 'ECONNREFUSED')
  server.close()
})

test('a pod is reached by the first packet after it was attached, and is heard', async () => {
  await using topology = await startTopology(anton)
  const node = machine(topology, 'k8s-1')
  const heard = new Set<number>()
  const asking = node.namespace.inside(() => bindUdp({ port: 0 }))
  asking.on('message', message => heard.add(message.readUInt8(0)))
  // Most links carry by themselves in time: it takes many to see that all do.
  const count = 80
  for (let index = 0; index < count; index++) {
    const own = `10.244.0.${10 + index}`
    await using pod = await attachPod(node, { name: `pod-${index}`, addresses: [address(own)] })
    const answering = pod.inside(() => bindUdp({ port: 5000 }))
    answering.on('message', (message, { port, address: from }) => answering.send(message, port, from))
    asking.send(Buffer.of(index), 5000, `::ffff:${own}`)
    await new Promise(resolve => setTimeout(resolve, 10))
    answering.close()
  }
  asking.close()
  assert.equal(heard.size, count)
})

test('a flood of pods is attached on another thread, which holds on to none of them', async () => {
  await using topology = await startTopology(anton)
  const node = machine(topology, 'k8s-2')
  const attach = createPodAttacher()
  const threads = () => readdirSync('/proc/self/task').length
  const before = threads()
  const pods: NetNamespace[] = []
  let isElsewhere = false
  for (let index = 0; index < 120; index++) {
    pods.push(await attach(node, { name: `pod-${index}`, addresses: [address(`10.244.1.${10 + index}`)] }))
    isElsewhere ||= threads() > before
    // As the start of a lab does, which has other work between two pods.
    await new Promise(resolve => setImmediate(resolve))
  }
  assert.ok(isElsewhere, 'no thread was started')
  using servers = new DisposableStack()
  for (const pod of pods) servers.adopt(tellPeer(pod, 80), server => server.close())
  const answers = await Promise.all(pods.map((_, index) => ask(node.namespace, `10.244.1.${10 + index}`)))
  assert.deepEqual(new Set(answers), new Set(['192.168.1.99']))

  await assert.rejects(attach(node, { name: 'pod-7', addresses: [address('10.244.1.200')] }), /pod-7/)

  const held = new Set(pods.map(pod => `net:[${statSync(pod.path).ino}]`))
  servers.dispose()
  for (const pod of pods) await detachPod(node, pod)
  const open = readdirSync('/proc/self/fd').flatMap(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      return [] // The one that listed the directory.
    }
  })
  assert.deepEqual(
    open.filter(target => held.has(target)),
    [],
  )
})
