// Load-balancer addresses of the lab: who gets which, and which machine answers for it on the LAN.

import {
  type AnnouncementController,
  startAnnouncements,
} from '../../controllers/announcement/announcement-controller.ts'
import { machineAnnouncers } from '../../controllers/announcement/machine-announcers.ts'
import type { ControllerOptions, Informers } from '../../controllers/framework/context.ts'
import { startLoadBalancerController } from '../../controllers/load-balancer/load-balancer-controller.ts'
import type { NetworkSource } from '../../controllers/network/start-network.ts'
import type { Topology } from '../../lab/topology/topology.ts'
import type { SiteFacts } from '../../network/resolve/cluster-objects.ts'
import { log } from './log.ts'

export interface LabAnnouncementsOptions {
  readonly world: ControllerOptions & { readonly informers: Informers }
  readonly facts: SiteFacts
  readonly network: NetworkSource
  readonly topology: Topology
}

export interface LabAnnouncements extends AsyncDisposable {
  /** Resolves when the machines answer for the addresses that the Network names. */
  settled(): Promise<void>
}

export function startLoadBalancer({ world, facts, network, topology }: LabAnnouncementsOptions): LabAnnouncements {
  const machines = [...topology.machines.values()].filter(({ kind }) => kind === 'node')
  // An address that nobody on the LAN could ask for would be of no use.
  const families = [...new Set(facts.lanCidrs.map(({ family }) => family))]
  const addresses = startLoadBalancerController({ ...world, site: facts, machines, families })
  const announcements: AnnouncementController = startAnnouncements({
    ...world,
    network,
    announcers: machineAnnouncers({
      namespaceOf: node => topology.machines.get(node)?.namespace,
      device: 'eth0',
      clock: world.clock,
      signal: world.signal,
    }),
    onMove: ({ address, from, to }) =>
      log(`${address} is announced by ${to ?? 'nobody'}${from === undefined ? '' : `, no longer by ${from}`}`),
  })
  return {
    async settled() {
      await addresses.idle()
      network.flush()
      await announcements.idle()
    },
    async [Symbol.asyncDispose]() {
      await announcements[Symbol.asyncDispose]()
      await addresses[Symbol.asyncDispose]()
    },
  }
}
