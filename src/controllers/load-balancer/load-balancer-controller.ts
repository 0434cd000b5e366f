// How do Services come to their load-balancer addresses, and how are users told?

import type { Family } from '../../net/address.ts'
import {
  type Allocation,
  allocate,
  isOurs,
  type PoolUse,
  type ServiceAddresses,
} from '../../network/load-balancer/allocate.ts'
import { poolConditions } from '../../network/load-balancer/pool-conditions.ts'
import { reservedAddresses } from '../../network/load-balancer/reserved-addresses.ts'
import type { NodeModel } from '../../network/model.ts'
import type { SiteFacts } from '../../network/resolve/cluster-objects.ts'
import { resolveNode } from '../../network/resolve/resolve-node.ts'
import { isApiError } from '../../objects/api-error.ts'
import {
  type CiliumLoadBalancerIPPool,
  ciliumLoadBalancerIPPools,
} from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { keyOf } from '../../objects/object.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { createEventRecorder, type EventRecorder } from '../framework/events.ts'
import { createWriter } from '../framework/writer.ts'
import { poolStatus } from './pool-status.ts'
import { addressesIn, releasedStatus, satisfiedCondition, serviceStatus } from './service-status.ts'

export interface LoadBalancerOptions extends ControllerOptions {
  readonly site: SiteFacts
  /** Families of addresses that the cluster has. Default IPv4. */
  readonly families?: readonly Family[]
  /** Nodes whose addresses are known before their objects tell them, as at the first start. */
  readonly machines?: readonly Pick<NodeModel, 'name' | 'addresses'>[]
}

/** One key for everything: who gets which address depends on all pools and all Services together. */
const everything = 'pools'

export function startLoadBalancerController(given: LoadBalancerOptions): Controller {
  const options = { ...withInformers(given), site: given.site, families: given.families ?? [4 as const] }
  const { machines = [] } = given
  const { informers, clock, site, families } = options
  const writer = createWriter(options)
  const events = createEventRecorder(options, 'load-balancer')
  const caches = {
    pools: informers.of<CiliumLoadBalancerIPPool>(ciliumLoadBalancerIPPools),
    services: informers.of<Service>(services),
    nodes: informers.of<Node>(nodes),
  }
  const toldOfPools = new Set<string>()

  async function reconcile(): Promise<void> {
    const known = [...machines, ...[...caches.nodes.items.values()].map(resolveNode)]
    const allocation = allocate({
      pools: [...caches.pools.items.values()],
      services: [...caches.services.items.values()].filter(({ metadata }) => metadata.deletionTimestamp === undefined),
      reserved: reservedAddresses({ nodes: known, hosts: site.hosts, lanCidrs: site.lanCidrs }),
      families,
    })
    // An address that goes from one Service to another is given up first, so that it is never written to both.
    const [gains, losses] = partition(changesOf(allocation), change => change.isGain)
    for (const wave of [losses, gains]) await Promise.all(wave.map(change => write(change)))
    await Promise.all(allocation.pools.map(writePool))
    tellOfPools(toldOfPools, allocation.pools, events)
  }

  interface ServiceChange {
    readonly service: Service
    readonly granted: ServiceAddresses | undefined
    readonly isGain: boolean
  }

  function changesOf({ services: granted }: Allocation): readonly ServiceChange[] {
    const changes: ServiceChange[] = []
    for (const service of caches.services.items.values()) {
      const own = granted.get(keyOf(service))
      if (own === undefined && satisfiedCondition(service) === undefined) continue
      const held = new Set(addressesIn(service))
      const isLoss = own === undefined || [...held].some(address => !own.addresses.some(kept => kept === address))
      changes.push({ service, granted: own, isGain: !isLoss })
    }
    return changes
  }

  async function write({ service, granted }: ServiceChange): Promise<void> {
    const now = clock.now()
    const status = granted === undefined ? releasedStatus(service) : serviceStatus(service, { granted, now })
    try {
      const written = await writer.changeStatus(services, service, status)
      if (written !== service) tell(service, granted, events)
    } catch (error) {
      // Deleted meanwhile: its addresses are free with the next round.
      if (!isApiError(error, 'NotFound')) throw error
    }
  }

  async function writePool(use: PoolUse): Promise<void> {
    const { object } = use.pool
    try {
      const status = poolStatus(object, { conditions: poolConditions(use), now: clock.now() })
      await writer.changeStatus(ciliumLoadBalancerIPPools, object, status)
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
    }
  }

  return runController(options, {
    name: 'load-balancer',
    needs: Object.values(caches),
    reconcile,
    subscribe: queue => [
      caches.pools.onChange(() => queue.add(everything)),
      caches.nodes.onChange(({ before, after }) => {
        if (addressText(before) !== addressText(after)) queue.add(everything)
      }),
      caches.services.onChange(({ before, after }) => {
        const isConcerned = [before, after].some(
          service => service !== undefined && (isOurs(service) || satisfiedCondition(service) !== undefined),
        )
        if (isConcerned) queue.add(everything)
      }),
    ],
  })
}

/** Of the heartbeats of nodes nothing matters here but their addresses. */
function addressText(node: Node | undefined): string {
  return node === undefined ? '' : resolveNode(node).addresses.join()
}

function tell(service: Service, granted: ServiceAddresses | undefined, events: EventRecorder): void {
  const before = new Set<string>(addressesIn(service))
  const after = granted?.addresses ?? []
  const gained = after.filter(address => !before.has(address))
  const lost = [...before].filter(address => !after.some(kept => kept === address))
  if (lost.length > 0) {
    events.record(services, service, { type: 'Normal', reason: 'IPReleased', message: `Released ${lost.join(', ')}` })
  }
  if (gained.length > 0) {
    events.record(services, service, {
      type: 'Normal',
      reason: 'IPAllocated',
      message: `Assigned ${gained.join(', ')}`,
    })
  }
  if (granted === undefined || granted.reason === 'satisfied') return
  const condition = satisfiedCondition(service)
  if (condition?.reason === granted.reason && condition.message === granted.message) return
  events.record(services, service, { type: 'Warning', reason: inCamelCase(granted.reason), message: granted.message })
}

/** Once per fact and life of the daemon; what is no longer so may be told again. */
function tellOfPools(told: Set<string>, uses: readonly PoolUse[], events: EventRecorder): void {
  const current = new Set<string>()
  const say = ({ object, name }: PoolUse['pool'], reason: string, message: string) => {
    const fact = `${name} ${reason} ${message}`
    current.add(fact)
    if (!told.has(fact)) events.record(ciliumLoadBalancerIPPools, object, { type: 'Warning', reason, message })
  }
  for (const { pool, reserved } of uses) {
    for (const [address, owner] of reserved) {
      say(pool, 'AddressReserved', `${address} belongs to ${owner} and is never handed out`)
    }
    if (pool.conflict !== undefined) say(pool, 'PoolConflict', pool.conflict)
  }
  told.clear()
  for (const fact of current) told.add(fact)
}

/** `out_of_ips` → `OutOfIps` */
function inCamelCase(text: string): string {
  return text
    .split('_')
    .map(part => part.charAt(0).toUpperCase() + part.slice(1))
    .join('')
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter(item => !isFirst(item))]
}
