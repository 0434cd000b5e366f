// What the interfaces and MAC addresses of machines and pods are called: the same in every run.
import { createHash } from 'node:crypto'
import type { MacAddress } from '../../sys/netlink.ts'

/** A unicast, locally administered address derived from the name. */
export function stableMac(name: string): MacAddress {
  return `02:${digest(name)
    .slice(0, 10)
    .replace(/..(?=.)/g, '$&:')}`
}

/** The LAN switch's port for a machine: its name, where that fits into an interface name. */
export function portName(machine: string): string {
  return machine.length <= 15 ? machine : `port${digest(machine).slice(0, 11)}`
}

/** The node's end of a pod's link, in the form that Cilium's runbooks know. */
export function podLinkName(pod: string): string {
  return `lxc${digest(pod).slice(0, 12)}`
}

function digest(name: string): string {
  return createHash('sha256').update(name).digest('hex')
}
