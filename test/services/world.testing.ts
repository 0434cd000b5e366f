// A LAN with nodes, a laptop and pods that answer with their name, and Services to send packets through.
import type { Socket } from 'node:dgram'
import { createServer, type Server } from 'node:net'
import { type Applier, createApplier } from '../../src/dataplane/nftables/apply.ts'
import { compileNode } from '../../src/dataplane/nftables/compile.ts'
import { removeStaleUdp } from '../../src/dataplane/nftables/conntrack.ts'
import { stalenessTest } from '../../src/dataplane/nftables/stale-udp.ts'
import { attachPod } from '../../src/lab/topology/pods.ts'
import { startTopology, type Topology } from '../../src/lab/topology/topology.ts'
import { type Address, address, familyOf } from '../../src/net/address.ts'
import { cidr } from '../../src/net/cidr.ts'
import type { Network } from '../../src/network/model.ts'
import { cluster, type Fixture, node, pod } from '../../src/network/resolve/fixture.testing.ts'
import { resolve } from '../../src/network/resolve/resolve.ts'
import type { NetNamespace } from '../../src/sys/namespace.ts'
import { changeNetwork } from '../../src/sys/netlink.ts'
import { bindUdp } from '../../src/sys/sockets.ts'

export interface EchoPod {
  readonly name: string
  readonly node: string
  readonly addresses: readonly Address[]
  readonly namespace: NetNamespace
}

export interface World extends AsyncDisposable {
  readonly topology: Topology
  readonly pods: ReadonlyMap<string, EchoPod>
  readonly appliers: ReadonlyMap<string, Applier>
  /** What nft refused so far; a test takes out what it expected. */
  readonly failures: string[]
  machine(name: string): NetNamespace
  /** Makes the objects the truth: resolved, compiled and in every node's kernel when it returns. */
  apply(objects: Partial<Fixture>): Promise<Network>
  /** Gives a load-balancer address to a node, as the announcement controller does. */
  announce(node: string, address: string): void
  withdraw(node: string, address: string): void
}

const nodes = [
  { name: 'k8s-1', addresses: ['192.168.1.98', 'fd00:1::98'], podCidrs: ['10.244.0.0/24', 'fd00:244:0::/64'] },
  { name: 'k8s-2', addresses: ['192.168.1.99', 'fd00:1::99'], podCidrs: ['10.244.1.0/24', 'fd00:244:1::/64'] },
]

/** `podsPerNode` pods on each of two nodes: `a1`, `a2` … on k8s-1 and `b1`, `b2` … on k8s-2, answering on 8080, TCP and UDP. */
export async function startWorld(podsPerNode = 2): Promise<World> {
  const stack = new AsyncDisposableStack()
  const topology = stack.use(
    await startTopology({
      lan: {
        cidrs: [cidr('192.168.1.0/24'), cidr('fd00:1::/64')],
        gateways: [address('192.168.1.1'), address('fd00:1::1')],
      },
      nodes: nodes.map(({ name, addresses, podCidrs }) => ({
        name,
        addresses: addresses.map(address),
        podCidrs: podCidrs.map(cidr),
      })),
      hosts: [{ name: 'laptop', addresses: [address('192.168.1.50'), address('fd00:1::50')] }],
      internet: { links: [cidr('203.0.113.0/30')], services: [cidr('198.51.100.0/24')] },
    }),
  )
  const pods = new Map<string, EchoPod>()
  for (const [index, { name: nodeName }] of nodes.entries()) {
    for (let number = 1; number <= podsPerNode; number++) {
      const name = `${index === 0 ? 'a' : 'b'}${number}`
      const addresses = [address(`10.244.${index}.${9 + number}`), address(`fd00:244:${index}::${9 + number}`)]
      const machine = topology.machines.get(nodeName)
      if (machine === undefined) throw new Error(`no machine ${nodeName}`)
      const namespace = stack.use(await attachPod(machine, { name: `pod-${name}`, addresses }))
      pods.set(name, { name, node: nodeName, addresses, namespace })
      stack.use(serveTcp(namespace, name))
      stack.use(serveUdp(namespace, name))
    }
  }
  const machine = (name: string): NetNamespace => {
    const namespace = topology.machines.get(name)?.namespace ?? pods.get(name)?.namespace
    if (namespace === undefined) throw new Error(`no machine or pod ${name}`)
    return namespace
  }
  const failures: string[] = []
  const appliers = new Map(
    nodes.map(({ name }) => [
      name,
      stack.use(
        createApplier({
          node: name,
          namespace: machine(name),
          onFailure: why => failures.push(`${name}: ${why}`),
          onApplied(_, plan, before) {
            const isStale = stalenessTest(before, plan)
            if (isStale !== undefined) removeStaleUdp(machine(name), isStale)
          },
        }),
      ),
    ]),
  )
  const nodeObjects = nodes.map(({ name, addresses, podCidrs }) => node(name, { addresses, podCidrs }))
  const podObjects = [...pods.values()].map(({ name, node, addresses }) => pod(`default/${name}`, { node, addresses }))
  const owned = stack.move()
  return {
    topology,
    pods,
    appliers,
    failures,
    machine,
    async apply(objects) {
      const network = resolve(
        cluster({
          nodes: nodeObjects,
          pods: podObjects,
          podCidrs: ['10.244.0.0/16', 'fd00:244::/56'],
          serviceCidrs: ['10.96.0.0/12', 'fd00:96::/108'],
          lanCidrs: ['192.168.1.0/24', 'fd00:1::/64'],
          ...objects,
        }),
      )
      for (const [name, applier] of appliers) {
        const plan = compileNode(network, name, applier.current)
        if (plan !== undefined) applier.want(plan)
      }
      await Promise.all([...appliers.values()].map(applier => applier.settled()))
      return network
    },
    announce: (name, text) => changeNetwork(machine(name), netlink => netlink.apply([onLoopback('put-address', text)])),
    withdraw: (name, text) =>
      changeNetwork(machine(name), netlink => netlink.apply([onLoopback('delete-address', text)])),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function onLoopback(kind: 'put-address' | 'delete-address', text: string) {
  const own = address(text)
  // The kernel answers ARP for every address of the machine, but neighbour solicitation only for those of the interface.
  return {
    kind,
    device: familyOf(own) === 4 ? 'lo' : 'eth0',
    address: own,
    prefix: familyOf(own) === 4 ? 32 : 128,
  } as const
}

/** Answers each line with the pod's name and the client's address; keeps the connection. */
function serveTcp(namespace: NetNamespace, name: string): AsyncDisposable {
  const server: Server = createServer(socket => {
    socket.on('error', () => {})
    socket.on('data', () => socket.write(`${name} ${plain(socket.remoteAddress)}\n`))
  })
  namespace.listen(server, 8080)
  return { [Symbol.asyncDispose]: () => new Promise(resolve => server.close(() => resolve())) }
}

function serveUdp(namespace: NetNamespace, name: string): AsyncDisposable {
  const socket = udpSocket(namespace, 8080)
  socket.on('message', (_, from) => socket.send(`${name} ${plain(from.address)}`, from.port, from.address))
  return { [Symbol.asyncDispose]: () => new Promise(resolve => socket.close(() => resolve())) }
}

export function udpSocket(namespace: NetNamespace, port = 0): Socket {
  return namespace.inside(() => bindUdp({ port }))
}

function plain(address = ''): string {
  return address.replace('::ffff:', '')
}

export interface Answer {
  readonly pod: string
  /** Who the pod saw. */
  readonly client: string
}

/** One connection, one line. Rejects when refused or when nothing comes within `timeoutMs`. */
export function ask(from: NetNamespace, to: string, { port = 80, timeoutMs = 1500 } = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const socket = from.connect(to, port)
  const timer = setTimeout(
    () => reject(new Error(`no answer from ${to} port ${port} within ${timeoutMs} ms`)),
    timeoutMs,
  )
  socket.on('connect', () => socket.write('?'))
  socket.on('data', data => resolve(parse(data)))
  socket.on('error', reject)
  return promise.finally(() => {
    clearTimeout(timer)
    socket.destroy()
  })
}

/** One datagram from the given socket. */
export function askUdp(socket: Socket, to: string, { port = 53, timeoutMs = 1500 } = {}): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const timer = setTimeout(
    () => reject(new Error(`no answer from ${to} port ${port} within ${timeoutMs} ms`)),
    timeoutMs,
  )
  const hear = (data: Buffer) => resolve(parse(data))
  socket.once('message', hear)
  // The socket is of IPv6, which writes IPv4 addresses its own way.
  socket.send('?', port, to.includes(':') ? to : `::ffff:${to}`)
  return promise.finally(() => {
    clearTimeout(timer)
    socket.off('message', hear)
  })
}

function parse(data: Buffer): Answer {
  const [pod = '', client = ''] = data.toString().trim().split(' ')
  return { pod, client }
}
