// How does a machine of the lab begin and cease to answer for an address on its LAN?
import type { Clock } from '../../client/clock.ts'
import { type Address, familyOf } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { changeNetwork, type Link } from '../../sys/netlink.ts'
import { gratuitousArp, gratuitousArpReply, openPacketSocket, unsolicitedAdvertisement } from '../../sys/packet.ts'
import type { Announcers } from './announcement-controller.ts'

export interface MachineAnnouncersOptions {
  /** The machine of a node; undefined when it does not run, and so answers for nothing. */
  readonly namespaceOf: (node: string) => NetNamespace | undefined
  /** The node's interface on the LAN. */
  readonly device: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** A frame may get lost, and a switch may be busy: the news goes out for five seconds, as MetalLB does it. */
const repetitions = 5
const repetitionMs = 1_100

export function machineAnnouncers({ namespaceOf, device, clock, signal }: MachineAnnouncersOptions): Announcers {
  const repeating = new Map<string, () => void>()

  function repeat(node: string, address: Address, left: number): void {
    const key = `${node} ${address}`
    repeating.get(key)?.()
    repeating.delete(key)
    if (left === 0 || signal.aborted) return
    const cancel = clock.setTimer(repetitionMs, () => {
      const namespace = namespaceOf(node)
      repeating.delete(key)
      if (namespace === undefined || signal.aborted) return
      try {
        tellTheLan(namespace, device, address)
      } catch {
        // The interface went away; whoever took the machine down has told the Network.
        return
      }
      repeat(node, address, left - 1)
    })
    repeating.set(key, cancel)
  }

  return {
    announce(node, address) {
      const namespace = namespaceOf(node)
      if (namespace === undefined) throw new Error(`node ${node} has no running machine to announce ${address} from`)
      changeNetwork(namespace, netlink => netlink.apply([{ kind: 'put-address', ...placeOf(address, device) }]))
      tellTheLan(namespace, device, address)
      repeat(node, address, repetitions)
    },
    withdraw(node, address) {
      repeat(node, address, 0)
      const namespace = namespaceOf(node)
      if (namespace === undefined) return
      changeNetwork(namespace, netlink =>
        netlink.apply([{ kind: 'delete-address', missingOk: true, ...placeOf(address, device) }]),
      )
    },
  }
}

/**
 * The kernel answers ARP for every address of the machine, so an IPv4 address stands on loopback, where nothing is
 * routed by it. Neighbour solicitations are answered only for addresses of the very interface.
 */
function placeOf(address: Address, device: string) {
  return familyOf(address) === 4 ? { device: 'lo', address, prefix: 32 } : { device, address, prefix: 128 }
}

function tellTheLan(namespace: NetNamespace, device: string, address: Address): void {
  const link = changeNetwork(namespace, netlink => netlink.links().find(({ name }) => name === device))
  if (link === undefined) throw new Error(`${namespace.name} has no interface ${device} to announce ${address} on`)
  using socket = openPacketSocket(namespace, device)
  for (const frame of framesFor(address, link)) socket.send(frame)
}

function framesFor(address: Address, { mac }: Link): readonly Uint8Array[] {
  return familyOf(address) === 4
    ? [gratuitousArp(address, mac), gratuitousArpReply(address, mac)]
    : [unsolicitedAdvertisement(address, mac)]
}
