// What is questionable about the load-balancer pools? Asked of the room that hands out their addresses.
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import { type Cidr, formatCidr, type Range } from '../../../net/cidr.ts'
import { examinePools } from '../../../network/load-balancer/examine-pools.ts'
import type { PoolRange } from '../../../network/load-balancer/pool-ranges.ts'
import type { Pool } from '../../../network/load-balancer/pools.ts'
import { ciliumLoadBalancerIPPools } from '../../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import { describeObject } from '../../../objects/object.ts'
import { fieldText } from '../../../objects/problems.ts'
import { folderAddresses } from '../folder-addresses.ts'
import { finding } from '../inventory.ts'
import { parseField } from '../parse-field.ts'
import type { Entry, Inventory, Rule } from '../rule.ts'

export const pools: Rule = {
  codes: ['FW210', 'FW212', 'FW214', 'FW215'],
  *check(input) {
    const uses = folderAddresses(input).pools
    const entries = new Map(input.of(ciliumLoadBalancerIPPools).map(entry => [describeObject(entry.object), entry]))
    const swallowing = uses.flatMap(({ pool }) => rangesWithLan(pool, input))
    for (const { pool, range, lan } of swallowing) {
      const entry = entries.get(describeObject(pool.object))
      if (entry !== undefined) yield holdsLan(entry, { pool, range, lan })
    }
    // A range with the whole LAN holds every machine of it: that is said once, and not again for each.
    const said = new Set(
      swallowing.map(({ pool, range }) => placeOf(describeObject(pool.object), fieldText(range.path))),
    )
    const isShort = [...folderAddresses(input).services.values()].some(({ reason }) => reason === 'out_of_ips')
    for (const found of examinePools(uses)) {
      // The old form, and blocks that cannot be read, are findings of decoding.
      if (found.code === 'FW109' || found.code === 'FW213') continue
      // That nothing is left says FW220 already, of the Service that goes without.
      if (found.code === 'FW214' && isShort) continue
      if (found.code === 'FW210' && said.has(placeOf(found.object, found.field))) continue
      yield withPlace(found, entries.get(found.object ?? ''))
    }
  },
}

interface Swallowed {
  readonly pool: Pool
  readonly range: PoolRange
  readonly lan: Cidr
}

function rangesWithLan(pool: Pool, { site }: Inventory): readonly Swallowed[] {
  const lans = site?.lan.cidrs ?? []
  return pool.ranges.flatMap(range => lans.filter(lan => holdsAllHosts(range, lan)).map(lan => ({ pool, range, lan })))
}

/** The two ends of a LAN belong to nobody, so a range without them holds the whole of it all the same. */
function holdsAllHosts(range: Range, lan: Cidr): boolean {
  if (range.family !== lan.family || lan.last - lan.first < 4n) return false
  return range.first <= lan.first + 1n && range.last >= lan.last - 1n
}

function holdsLan(entry: Entry, { pool, range, lan }: Swallowed): Diagnostic {
  return finding(entry, range.path, {
    code: 'FW215',
    severity: 'error',
    message: `pool ${pool.name} holds the whole LAN ${formatCidr(lan)}: the gateway, every node, and all that the DHCP server gives out`,
    why: 'Cilium hands out the lowest address first, which usually is the router’s, and announces it by ARP: the LAN loses its gateway. Fairway spares the machines it knows of.',
    fix: 'take a few addresses that the DHCP server leaves alone, such as start: and stop: of a small range',
  })
}

function withPlace(found: Diagnostic, entry: Entry | undefined): Diagnostic {
  if (entry?.positionOf === undefined) return found
  return { ...found, position: entry.positionOf(parseField(found.field ?? 'spec')) }
}

function placeOf(object: string | undefined, field: string | undefined): string {
  return `${object} ${field}`
}
