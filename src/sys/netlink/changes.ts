// Which changes to links, addresses, routes and neighbours can be asked of the kernel.
import type { Address, Family } from '../../net/address.ts'
import { type Cidr, formatCidr } from '../../net/cidr.ts'

/** `02:00:00:00:00:01` */
export type MacAddress = string

export interface NewLink {
  readonly name: string
  readonly mac?: MacAddress
  readonly mtu?: number
  /** Brings it up as it is made. */
  readonly up?: boolean
}

/** The other end of a pair. The kernel refuses to bring it up as it is made (ENOTCONN): `set-link` does that. */
export interface VethPeer extends Omit<NewLink, 'up'> {
  /** The namespace it is made in, as an open descriptor. */
  readonly namespaceFd?: number
}

/** Interfaces are called by name. Changes that add fail with EEXIST when it is there; those that put replace it. */
export type Change =
  | ({ readonly kind: 'add-veth'; readonly peer: VethPeer } & NewLink)
  | ({ readonly kind: 'add-bridge' } & NewLink)
  | {
      readonly kind: 'set-link'
      readonly name: string
      readonly up?: boolean
      readonly mtu?: number
      readonly mac?: MacAddress
      /** Length of the queue for sending, in packets. The kernel sets the queue up anew, at once, when the link carries. */
      readonly queueLength?: number
      /** Before the link is up: it gets no IPv6 address by itself. */
      readonly noIpv6Addresses?: true
      /** The bridge that it becomes a port of; null takes it out. */
      readonly master?: string | null
    }
  | { readonly kind: 'delete-link'; readonly name: string; readonly missingOk?: boolean }
  | ({ readonly kind: 'add-address' | 'put-address' } & InterfaceAddress)
  | ({ readonly kind: 'delete-address'; readonly missingOk?: boolean } & InterfaceAddress)
  | ({ readonly kind: 'add-route' | 'put-route' } & RouteChange)
  | ({ readonly kind: 'delete-route'; readonly missingOk?: boolean } & RouteChange)
  | { readonly kind: 'put-neighbour'; readonly device: string; readonly address: Address; readonly mac: MacAddress }
  | {
      readonly kind: 'delete-neighbour'
      readonly device: string
      readonly address: Address
      readonly missingOk?: boolean
    }

export interface InterfaceAddress {
  readonly device: string
  readonly address: Address
  readonly prefix: number
  /** Leaves out the route to the prefix that the kernel adds by itself. */
  readonly noPrefixRoute?: boolean
}

export interface RouteChange {
  /** A family alone means its default route. */
  readonly to: Cidr | Family
  /** The next hop; without it the destination is on the link itself. May be of the other family. */
  readonly via?: Address
  readonly device?: string
  /** Takes `via` for a neighbour on `device` though no address of `device` covers it. */
  readonly onLink?: boolean
  /** The address that packets of ours leave with. */
  readonly source?: Address
  /** `blackhole` drops, `unreachable` says so to the sender, `local` delivers to this machine. */
  readonly type?: 'unicast' | 'blackhole' | 'unreachable' | 'local'
  readonly table?: number
  readonly metric?: number
}

/** The change in words, to go after "cannot". */
export function describeChange(change: Change): string {
  switch (change.kind) {
    case 'add-veth':
      return `make the veth pair ${change.name} and ${change.peer.name}`
    case 'add-bridge':
      return `make the bridge ${change.name}`
    case 'set-link':
      return `change the interface ${change.name}`
    case 'delete-link':
      return `delete the interface ${change.name}`
    case 'add-address':
    case 'put-address':
      return `give ${change.address}/${change.prefix} to ${change.device}`
    case 'delete-address':
      return `take ${change.address}/${change.prefix} from ${change.device}`
    case 'add-route':
    case 'put-route':
      return `set the route ${describeRoute(change)}`
    case 'delete-route':
      return `delete the route ${describeRoute(change)}`
    case 'put-neighbour':
      return `set the neighbour ${change.address} on ${change.device} to ${change.mac}`
    case 'delete-neighbour':
      return `delete the neighbour ${change.address} on ${change.device}`
  }
}

function describeRoute({ to, via, device, type }: RouteChange): string {
  const words = [typeof to === 'number' ? `default (IPv${to})` : formatCidr(to)]
  if (type !== undefined && type !== 'unicast') words.unshift(type)
  if (via !== undefined) words.push('via', via)
  if (device !== undefined) words.push('dev', device)
  return words.join(' ')
}
