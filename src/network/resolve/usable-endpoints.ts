// Which endpoints of a Service port get new connections? The one place that decides it.
import { type Family, familyOf } from '../../net/address.ts'
import type { EndpointModel, ServicePortModel } from '../model.ts'

export interface EndpointChoice {
  /** `Local` asks for the endpoints on `node` only; without a node there are none. Default `Cluster`. */
  readonly policy?: 'Cluster' | 'Local'
  readonly node?: string
  /** Only endpoints of this family. */
  readonly family?: Family
}

/**
 * Ready endpoints; when there is none, those that are terminating but still serve (KEP-1669). With `Local` the fallback
 * is looked for on the node itself, never elsewhere. `publishNotReadyAddresses` has made its endpoints ready already.
 */
export function usableEndpoints(
  { endpoints }: Pick<ServicePortModel, 'endpoints'>,
  { policy = 'Cluster', node, family }: EndpointChoice = {},
): readonly EndpointModel[] {
  const inReach = endpoints.filter(
    endpoint =>
      (family === undefined || familyOf(endpoint.address) === family) &&
      (policy === 'Cluster' || (node !== undefined && endpoint.node === node)),
  )
  const ready = inReach.filter(endpoint => endpoint.ready)
  return ready.length > 0 ? ready : inReach.filter(endpoint => endpoint.serving && endpoint.terminating)
}
