// How the machines of a plan come to be: namespaces around one switch, a router, and an internet behind it.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Address, type Family, familyOf } from '../../net/address.ts'
import { addressAt, type Cidr, contains, formatCidr } from '../../net/cidr.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { type Change, changeNetwork } from '../../sys/netlink.ts'
import { createNamespace, networkDescriptor } from '../../sys/netns.ts'
import { trustBundle } from '../../sys/trust.ts'
import { portName, stableMac } from './link-names.ts'
import { createMachine, type Machine, type MachineFiles, type MachineKind } from './machine.ts'
import { type HostPlan, internetName, lanName, type NodePlan, routerName, type TopologyPlan } from './plan.ts'
import { masquerade } from './router.ts'
import { allowForwarding, keepBridgePure, prepareMachine } from './settings.ts'

export interface Topology extends AsyncDisposable {
  readonly plan: TopologyPlan
  /** Nodes, router, hosts and internet, by name. */
  readonly machines: ReadonlyMap<string, Machine>
  /** The switch: every machine has a port of its name here. */
  readonly lan: NetNamespace
}

const bridge = 'br0'

/**
 * Makes every machine of the plan, with addresses and routes, and returns when packets flow between them.
 * Removes what it made when it fails. Names must be unique and none may be `lan`.
 */
export async function startTopology(plan: TopologyPlan): Promise<Topology> {
  for (const { addresses } of [...plan.nodes, ...plan.hosts])
    for (const own of addresses) networkOf(own, plan.lan.cidrs)
  await using stack = new AsyncDisposableStack()
  const make = (name: string): NetNamespace => stack.use(createNamespace(name))
  const families = familiesOf(plan)
  const files = machineFiles(plan)

  const lan = make(lanName)
  prepareMachine(lan, new Set())
  changeNetwork(lan, netlink =>
    netlink.apply([
      { kind: 'set-link', name: 'lo', up: true },
      { kind: 'add-bridge', name: bridge, mac: stableMac(bridge), up: true },
    ]),
  )
  keepBridgePure(lan)

  const machines = new Map<string, Machine>()
  const add = (kind: MachineKind, { name, addresses }: HostPlan, routes: readonly Change[]): NetNamespace => {
    const namespace = make(name)
    prepareMachine(namespace, families)
    if (kind === 'node' || kind === 'router') allowForwarding(namespace, families)
    plugIn(lan, namespace)
    changeNetwork(namespace, netlink =>
      netlink.apply([...ownLinks, ...addresses.map(own => giveAddress('eth0', own, plan.lan.cidrs)), ...routes]),
    )
    const plug = { namespace: lan, device: portName(name) }
    machines.set(name, createMachine({ name, kind, namespace, addresses, plug, files }))
    return namespace
  }

  for (const node of plan.nodes) {
    const others = plan.nodes.filter(other => other !== node)
    add('node', node, [...defaultRoutes(plan), ...ownPods(node), ...routesToPods(others)])
  }
  for (const host of plan.hosts) add('host', host, [...defaultRoutes(plan), ...routesToPods(plan.nodes)])
  const router = add('router', { name: routerName, addresses: plan.lan.gateways }, routesToPods(plan.nodes))
  const internet = make(internetName)
  machines.set(internetName, connectInternet({ plan, router, internet, families, files }))
  await masquerade(router, [...plan.lan.cidrs, ...plan.nodes.flatMap(node => node.podCidrs)], 'eth1')

  const owned = stack.move()
  return { plan, machines, lan, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const ownLinks: readonly Change[] = [
  { kind: 'set-link', name: 'lo', up: true },
  { kind: 'set-link', name: 'eth0', up: true },
]

/** A link from the switch to the machine's `eth0`. */
function plugIn(lan: NetNamespace, machine: NetNamespace): void {
  const port = portName(machine.name)
  const peer = { name: 'eth0', mac: stableMac(machine.name), namespaceFd: networkDescriptor(machine) }
  changeNetwork(lan, netlink =>
    netlink.apply([
      { kind: 'add-veth', name: port, mac: stableMac(`${machine.name}/port`), up: true, peer },
      { kind: 'set-link', name: port, master: bridge },
    ]),
  )
}

function giveAddress(device: string, own: Address, networks: readonly Cidr[]): Change {
  return { kind: 'add-address', device, address: own, prefix: networkOf(own, networks).prefix }
}

function networkOf(own: Address, networks: readonly Cidr[]): Cidr {
  const network = networks.find(candidate => contains(candidate, own))
  if (network === undefined) throw new Error(`${own} is in none of ${networks.map(formatCidr).join(', ')}`)
  return network
}

function defaultRoutes(plan: TopologyPlan): readonly Change[] {
  return plan.lan.gateways.map(via => ({ kind: 'put-route', to: familyOf(via), via, device: 'eth0' }))
}

/** An address of ours that no pod has must not leave for the router, which would send it straight back. */
function ownPods(node: NodePlan): readonly Change[] {
  return node.podCidrs.map(to => ({ kind: 'put-route', to, type: 'unreachable' }))
}

function routesToPods(nodes: readonly NodePlan[]): readonly Change[] {
  return nodes.flatMap(node =>
    node.podCidrs.flatMap((to): Change[] => {
      const via = node.addresses.find(candidate => familyOf(candidate) === to.family)
      return via === undefined ? [] : [{ kind: 'put-route', to, via, device: 'eth0' }]
    }),
  )
}

interface InternetParts {
  readonly plan: TopologyPlan
  readonly router: NetNamespace
  readonly internet: NetNamespace
  readonly families: ReadonlySet<Family>
  readonly files: MachineFiles
}

/** Joins the internet machine to the router's `eth1` and gives it its addresses. It knows no way to the LAN. */
function connectInternet({ plan, router, internet, families, files }: InternetParts): Machine {
  prepareMachine(internet, families)
  const { links, services } = plan.internet
  const ends = links.map(link => ({ far: required(link, 1), near: required(link, 2) }))
  changeNetwork(router, netlink =>
    netlink.apply([
      {
        kind: 'add-veth',
        name: 'eth1',
        mac: stableMac(`${routerName}/eth1`),
        up: true,
        peer: { name: 'eth0', mac: stableMac(internetName), namespaceFd: networkDescriptor(internet) },
      },
    ]),
  )
  changeNetwork(internet, netlink =>
    netlink.apply([
      ...ownLinks,
      ...ends.map(({ far }) => giveAddress('eth0', far, links)),
      ...services.map((to): Change => ({ kind: 'put-route', to, type: 'local', device: 'lo' })),
    ]),
  )
  changeNetwork(router, netlink =>
    netlink.apply(
      ends.flatMap(({ near, far }): Change[] => [
        giveAddress('eth1', near, links),
        { kind: 'put-route', to: familyOf(far), via: far, device: 'eth1' },
      ]),
    ),
  )
  return createMachine({
    name: internetName,
    kind: 'internet',
    namespace: internet,
    addresses: ends.map(({ far }) => far),
    plug: { namespace: router, device: 'eth1' },
    files: { ...files, nameServers: ends.map(({ far }) => far), searchDomains: [] },
  })
}

function required(link: Cidr, index: number): Address {
  const found = addressAt(link, index)
  if (found === undefined) throw new Error(`the internet link ${formatCidr(link)} needs at least two addresses`)
  return found
}

function familiesOf(plan: TopologyPlan): ReadonlySet<Family> {
  return new Set(
    [...plan.lan.cidrs, ...plan.internet.links, ...plan.nodes.flatMap(node => node.podCidrs)].map(cidr => cidr.family),
  )
}

function machineFiles(plan: TopologyPlan): MachineFiles {
  const directory = join(plan.directory ?? '/run/fairway', 'machines')
  mkdirSync(directory, { recursive: true })
  const authorities = plan.authorities ?? []
  const files: MachineFiles = {
    directory,
    nameServers: plan.nameServers ?? plan.lan.gateways,
    searchDomains: plan.searchDomains ?? [],
    hosts: [],
  }
  if (authorities.length === 0) return files
  const bundle = join(directory, 'trusted-certificates.crt')
  writeFileSync(bundle, trustBundle(authorities))
  return { ...files, trustBundle: bundle }
}
