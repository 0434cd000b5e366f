// How a pod is joined to its node: a routed link with nothing to learn on either side.
import { type Address, address, type Family, familyOf } from '../../net/address.ts'
import { hostCidr } from '../../net/cidr.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { type Change, changeNetwork } from '../../sys/netlink.ts'
import { createNamespace, networkDescriptor } from '../../sys/netns.ts'
import { podLinkName, stableMac } from './link-names.ts'
import { preparePod } from './settings.ts'

export interface PodAttachment {
  /** The namespace's name; unique in the lab. */
  readonly name: string
  readonly addresses: readonly Address[]
  readonly mtu?: number
}

/** What a pod's link needs of its node. */
export interface NodeEnd {
  readonly namespace: NetNamespace
  readonly addresses: readonly Address[]
}

/** Any length but the default of 1000 would do: the link has no queue to speak of. */
const queueLength = 500

/** The next hop that every pod sees. It exists only as a neighbour entry that leads to the node's end of the link. */
const gateways: Readonly<Record<Family, Address>> = { 4: address('169.254.1.1'), 6: address('fe80::1') }

/**
 * Makes the pod's namespace, with `eth0` carrying the addresses, routes to and from the node, and permanent neighbour
 * entries at both ends, so that no ARP is ever needed; it carries packets when this resolves. What was made is removed again
 * when it throws.
 */
export async function attachPod(node: NodeEnd, pod: PodAttachment): Promise<NetNamespace> {
  const namespace = createNamespace(pod.name)
  try {
    const families = new Set(pod.addresses.map(familyOf))
    preparePod(namespace, families)
    const device = podLinkName(pod.name)
    const macs = { pod: stableMac(`${pod.name}/eth0`), node: stableMac(`${pod.name}/node`) }
    const mtu = pod.mtu === undefined ? {} : { mtu: pod.mtu }
    changeNetwork(node.namespace, netlink =>
      netlink.apply([
        {
          kind: 'add-veth',
          name: device,
          mac: macs.node,
          up: true,
          ...mtu,
          peer: { name: 'eth0', mac: macs.pod, namespaceFd: networkDescriptor(namespace), ...mtu },
        },
        ...pod.addresses.flatMap(own => nodeSide({ device, own, mac: macs.pod, node })),
      ]),
    )
    changeNetwork(namespace, netlink =>
      netlink.apply([
        { kind: 'set-link', name: 'lo', up: true },
        ...(families.has(6) ? [] : [{ kind: 'set-link', name: 'eth0', noIpv6Addresses: true } as const]),
        { kind: 'set-link', name: 'eth0', up: true },
        ...pod.addresses.flatMap(own => podSide(own, macs.node)),
      ]),
    )
    // The node's end was up before the link carried, and drops what it should send until the kernel's link watcher has run: a lost
    // SYN comes again only after a second. A new length sets its queue up now.
    changeNetwork(node.namespace, netlink => netlink.apply([{ kind: 'set-link', name: device, queueLength }]))
    return namespace
  } catch (error) {
    await detachPod(node, namespace)
    throw error
  }
}

/** Cuts the link at once, with the routes to it, and removes the namespace as soon as nothing runs in it. */
export async function detachPod(node: Pick<NodeEnd, 'namespace'>, pod: NetNamespace): Promise<void> {
  changeNetwork(node.namespace, netlink =>
    netlink.apply([{ kind: 'delete-link', name: podLinkName(pod.name), missingOk: true }]),
  )
  await pod[Symbol.asyncDispose]()
}

function nodeSide(side: {
  readonly device: string
  readonly own: Address
  readonly mac: string
  readonly node: NodeEnd
}): readonly Change[] {
  const { device, own, mac, node } = side
  // Left to itself the kernel would take a load-balancer address from loopback to talk to the pod.
  const source = node.addresses.find(candidate => familyOf(candidate) === familyOf(own))
  return [
    { kind: 'put-neighbour', device, address: own, mac },
    { kind: 'put-route', to: hostCidr(own), device, ...(source === undefined ? {} : { source }) },
  ]
}

function podSide(own: Address, gatewayMac: string): readonly Change[] {
  const family = familyOf(own)
  const via = gateways[family]
  return [
    { kind: 'add-address', device: 'eth0', address: own, prefix: hostCidr(own).prefix },
    { kind: 'put-neighbour', device: 'eth0', address: via, mac: gatewayMac },
    { kind: 'put-route', to: family, via, device: 'eth0', onLink: true },
  ]
}
