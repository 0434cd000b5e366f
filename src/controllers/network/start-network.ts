// How does everybody see one Network that is always current?
import type { Client } from '../../client/client.ts'
import { type Clock, systemClock } from '../../client/clock.ts'
import type { Informer } from '../../client/informer.ts'
import type { Network } from '../../network/model.ts'
import type { SiteFacts } from '../../network/resolve/cluster-objects.ts'
import { resolve, serviceKeyOf } from '../../network/resolve/resolve.ts'
import {
  type CiliumL2AnnouncementPolicy,
  ciliumL2AnnouncementPolicies,
} from '../../objects/kinds/cilium-l2-announcement-policy.ts'
import { type EndpointSlice, endpointSlices } from '../../objects/kinds/endpoint-slice.ts'
import { type Namespace, namespaces } from '../../objects/kinds/namespace.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import type { KubeObject } from '../../objects/object.ts'
import { createInformers, type Informers, type Problem } from '../framework/context.ts'
import { createHolds, type HoldTimes } from '../framework/holds.ts'

/** Called with the new Network and the one before it; both share every part that did not change. */
export type NetworkSubscriber = (next: Network, previous: Network | undefined) => void

export interface NetworkSource {
  /** Valid from `synced` on; throws before. */
  current(): Network
  /** Resolves when the first Network stands on complete lists. */
  readonly synced: Promise<void>
  /** Called at once with the current Network, if there is one, and then after every change. */
  onChange(callback: NetworkSubscriber): () => void
  /** Takes in what has arrived without waiting for the end of the turn. */
  flush(): void
}

export interface NetworkOptions {
  readonly signal: AbortSignal
  readonly site: SiteFacts
  /** Shared with the other controllers of the process; own ones otherwise. */
  readonly informers?: Informers
  readonly clock?: Clock
  /** Told of interrupted watches and of subscribers that throw. */
  readonly onProblem?: (problem: Problem) => void
}

/** A Network costs every node a transaction, so that in a flood of changes one must stand for many of them. */
const holdTimes: HoldTimes = { firstMs: 5, longestMs: 50 }
/** The one thing that is held. */
const everything = ''

/** Changes of one turn of the event loop become one new Network, at once after a quiet time. */
export function startNetwork(client: Client, options: NetworkOptions): NetworkSource {
  const { signal, site, clock = systemClock, onProblem } = options
  const shared = { client, clock, signal, ...(onProblem === undefined ? {} : { onProblem }) }
  const informers = options.informers ?? createInformers(shared)
  const sources = {
    namespaces: informers.of<Namespace>(namespaces),
    nodes: informers.of<Node>(nodes),
    pods: informers.of<Pod>(pods),
    services: informers.of<Service>(services),
    endpointSlices: informers.of<EndpointSlice>(endpointSlices),
    announcementPolicies: informers.of<CiliumL2AnnouncementPolicy>(ciliumL2AnnouncementPolicies),
  }
  const all: readonly Pick<Informer<KubeObject>, 'synced'>[] = Object.values(sources)
  const slicesOf = sources.endpointSlices.indexBy(slice => {
    const key = serviceKeyOf(slice)
    return key === undefined ? [] : [key]
  })
  /** Keys of Services whose object or slices changed since the last Network. */
  let touched = new Set<string>()
  const subscribers = new Set<NetworkSubscriber>()
  let network: Network | undefined
  let isSynced = false
  let isScheduled = false
  let isStale = true

  function tell(subscriber: NetworkSubscriber, next: Network, previous: Network | undefined): void {
    try {
      subscriber(next, previous)
    } catch (error) {
      // One that fails must not keep the others from the news.
      onProblem?.({ where: 'network', error, againInMs: 0 })
    }
  }

  const holds = createHolds(clock, holdTimes, () => schedule())
  signal.addEventListener('abort', () => holds.clear(), { once: true })

  function refresh(): void {
    isScheduled = false
    if (signal.aborted || !isSynced || !isStale) return
    holds.begin(everything)
    isStale = false
    const previous = network
    const next = resolve(
      {
        site,
        namespaces: sources.namespaces.items,
        nodes: sources.nodes.items,
        pods: sources.pods.items,
        services: sources.services.items,
        endpointSlices: sources.endpointSlices.items,
        slicesOf,
        announcementPolicies: sources.announcementPolicies.items,
      },
      previous,
      previous === undefined ? undefined : touched,
    )
    touched = new Set()
    if (previous !== undefined && isSameNetwork(previous, next)) return
    network = next
    for (const subscriber of [...subscribers]) tell(subscriber, next, previous)
  }

  function changed(): void {
    isStale = true
    if (!isScheduled && isSynced && !holds.keep(everything)) schedule()
  }

  function schedule(): void {
    isScheduled = true
    setImmediate(refresh)
  }

  const endings = [
    ...Object.values(sources).map(informer => informer.onChange(changed)),
    sources.services.onChange(({ key }) => touched.add(key)),
    sources.endpointSlices.onChange(({ before, after }) => {
      for (const slice of [before, after]) {
        const key = slice === undefined ? undefined : serviceKeyOf(slice)
        if (key !== undefined) touched.add(key)
      }
    }),
  ]
  const stop = () => {
    for (const end of endings) end()
  }
  signal.addEventListener('abort', stop, { once: true })
  const synced = Promise.all(all.map(informer => informer.synced)).then(() => {
    isSynced = true
    refresh()
  })

  return {
    synced,
    current() {
      if (network === undefined) throw new Error('the Network is not there yet: wait for `synced`')
      return network
    },
    onChange(callback) {
      subscribers.add(callback)
      if (network !== undefined) tell(callback, network, undefined)
      return () => subscribers.delete(callback)
    },
    flush: refresh,
  }
}

function isSameNetwork(a: Network, b: Network): boolean {
  return (
    a.services === b.services &&
    a.pods === b.pods &&
    a.nodes === b.nodes &&
    a.namespaces === b.namespaces &&
    a.announcements === b.announcements &&
    a.diagnostics === b.diagnostics
  )
}
