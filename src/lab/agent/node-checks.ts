// Does the node's kernel do what the Network wants of it? Each check is one line of "Controller Status".
import type { KernelServices } from '../../dataplane/nftables/read-back.ts'
import { type Address, familyOf } from '../../net/address.ts'
import { formatCidr, hostCidr } from '../../net/cidr.ts'
import type { Network } from '../../network/model.ts'
import type { Link, Route } from '../../sys/netlink.ts'
import { ownersOn, placeOf } from './services.ts'

/** What a look into the node's namespace found. */
export interface KernelState {
  /** Absent when nothing was programmed. */
  readonly services: KernelServices | undefined
  readonly links: readonly Link[]
  readonly routes: readonly Route[]
  readonly addresses: readonly { readonly device: number; readonly address: Address }[]
}

export interface CheckInput {
  readonly network: Network
  readonly node: string
  readonly kernel: KernelState
}

/** What is wrong, in words; undefined when all is well. */
type Check = (input: CheckInput) => string | undefined

export const nodeChecks: Readonly<Record<string, Check>> = {
  'announce-addresses': announcesItsAddresses,
  'sync-node-routes': reachesOtherNodes,
  'sync-pod-routes': reachesItsPods,
  'sync-services': hasItsServices,
}

function hasItsServices({ network, node, kernel }: CheckInput): string | undefined {
  if (kernel.services === undefined) return 'the kernel has no table of Services'
  const wanted = new Set(ownersOn(network, node).keys())
  const held = new Set(kernel.services.frontends.map(placeOf))
  const missing = [...wanted].filter(place => !held.has(place))
  const stale = [...held].filter(place => !wanted.has(place))
  return listed([
    ['the kernel lacks', missing],
    ['the kernel still has', stale],
  ])
}

function announcesItsAddresses({ network, node, kernel }: CheckInput): string | undefined {
  const held = new Set(kernel.addresses.map(({ address }) => address))
  const virtual = new Set(network.services.flatMap(service => [...service.loadBalancerIPs, ...service.externalIPs]))
  const own = new Set(network.nodes.find(({ name }) => name === node)?.addresses)
  const wanted = new Set(network.announcements.filter(item => item.node === node).map(({ address }) => address))
  return listed([
    ['this node should answer for', [...wanted].filter(address => !held.has(address))],
    [
      'this node should not answer for',
      [...held].filter(address => virtual.has(address) && !own.has(address) && !wanted.has(address)),
    ],
  ])
}

function reachesOtherNodes({ network, node, kernel }: CheckInput): string | undefined {
  const routed = new Set(kernel.routes.flatMap(({ to, via }) => (to && via ? [`${formatCidr(to)} ${via}`] : [])))
  const missing = network.nodes
    .filter(({ name }) => name !== node)
    .flatMap(({ name, podCidrs, addresses }) =>
      podCidrs
        .filter(cidr => !addresses.some(via => routed.has(`${formatCidr(cidr)} ${via}`)))
        .map(cidr => `${formatCidr(cidr)} of ${name}`),
    )
  return listed([['no route to', missing]])
}

function reachesItsPods({ network, node, kernel }: CheckInput): string | undefined {
  const routed = podAddressesIn(kernel)
  const missing = network.pods
    .filter(pod => pod.node === node && !pod.hostNetwork && pod.ready)
    .flatMap(({ key, addresses }) => addresses.filter(own => !routed.has(own)).map(own => `${own} of ${key}`))
  return listed([['no route to', missing]])
}

/** A pod is one address behind a link of its own. */
export function podAddressesIn({ routes, links }: KernelState): ReadonlySet<Address> {
  const toPods = new Set(links.filter(link => link.kind === 'veth' && link.name !== 'eth0').map(({ index }) => index))
  return new Set(
    routes.flatMap(({ to, via, device, type }) =>
      to !== undefined &&
      via === undefined &&
      type === 'unicast' &&
      device !== undefined &&
      toPods.has(device) &&
      to.prefix === hostCidr(to.base).prefix &&
      // Every link with IPv6 has its own multicast and link-local routes.
      !(familyOf(to.base) === 6 && /^f[ef]/.test(to.base))
        ? [to.base]
        : [],
    ),
  )
}

const mostNamed = 3

function listed(groups: readonly (readonly [string, readonly string[]])[]): string | undefined {
  const texts = groups
    .filter(([, items]) => items.length > 0)
    .map(([what, items]) => {
      const more = items.length > mostNamed ? ` and ${items.length - mostNamed} more` : ''
      return `${what} ${items.slice(0, mostNamed).join(', ')}${more}`
    })
  return texts.length === 0 ? undefined : texts.join('; ')
}
