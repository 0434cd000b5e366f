// Which addresses must never be given to a Service, because somebody has them already?
import { type Address, formatAddress } from '../../net/address.ts'
import type { Cidr } from '../../net/cidr.ts'
import type { HostModel, NodeModel } from '../model.ts'

/** Whose each address is, in words that complete "belongs to". */
export type ReservedAddresses = ReadonlyMap<Address, string>

export function reservedAddresses(site: {
  readonly nodes: readonly Pick<NodeModel, 'name' | 'addresses'>[]
  readonly hosts: readonly HostModel[]
  readonly lanCidrs: readonly Cidr[]
}): ReservedAddresses {
  const reserved = new Map<Address, string>()
  for (const { family, prefix, first, last, base } of site.lanCidrs) {
    if (family === 6 || prefix >= 31) continue
    reserved.set(formatAddress(4, first), `the LAN ${base}/${prefix} as its network address`)
    reserved.set(formatAddress(4, last), `the LAN ${base}/${prefix} as its broadcast address`)
  }
  for (const { name, kind, addresses } of site.hosts) {
    for (const address of addresses)
      reserved.set(address, kind === 'gateway' ? `the gateway ${name}` : `the host ${name}`)
  }
  for (const { name, addresses } of site.nodes) for (const address of addresses) reserved.set(address, `node ${name}`)
  return reserved
}
