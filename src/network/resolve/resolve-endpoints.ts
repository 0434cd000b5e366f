// Which endpoints do the EndpointSlices of a Service give to one of its ports?
import { type Address, compareAddresses, parseAddress } from '../../net/address.ts'
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { EndpointModel, Protocol } from '../model.ts'

export interface PortOfService {
  readonly name: string
  readonly protocol: Protocol
}

/** Sorted by address and port. An endpoint that several slices carry counts once, in its best state. */
export function endpointsOfPort(slices: readonly EndpointSlice[], port: PortOfService): readonly EndpointModel[] {
  const found = new Map<string, EndpointModel>()
  for (const slice of slices) {
    // Slices name ports as the Service does; their numbers are the pods' own, so one name may have several.
    for (const candidate of slice.ports ?? []) {
      const number = candidate.port
      if (number === undefined || number === null) continue
      if ((candidate.name ?? '') !== port.name || (candidate.protocol ?? 'TCP') !== port.protocol) continue
      for (const endpoint of slice.endpoints ?? []) collect(found, slice, endpoint, number)
    }
  }
  return sorted(found)
}

/** The addresses behind a headless Service, whatever its ports; each has port 0. */
export function endpointsWithoutPorts(slices: readonly EndpointSlice[]): readonly EndpointModel[] {
  const found = new Map<string, EndpointModel>()
  for (const slice of slices) for (const endpoint of slice.endpoints ?? []) collect(found, slice, endpoint, 0)
  return sorted(found)
}

function collect(
  found: Map<string, EndpointModel>,
  slice: EndpointSlice,
  endpoint: EndpointSlice['endpoints'][number],
  port: number,
): void {
  if (slice.addressType === 'FQDN') return
  const { conditions, nodeName, hostname, targetRef } = endpoint
  // Absent conditions mean ready, and serving follows ready (discovery.k8s.io/v1).
  const ready = conditions?.ready ?? true
  for (const text of endpoint.addresses) {
    const address = parseAddress(text)
    if (address === undefined) continue
    const model: EndpointModel = {
      address,
      port,
      ...(nodeName === undefined || nodeName === null ? {} : { node: nodeName }),
      ...(targetRef?.kind === 'Pod'
        ? { pod: `${targetRef.namespace ?? slice.metadata.namespace}/${targetRef.name}` }
        : {}),
      ...(hostname === undefined || hostname === null ? {} : { hostname }),
      ready,
      serving: conditions?.serving ?? ready,
      terminating: conditions?.terminating ?? false,
    }
    const key = `${address} ${port}`
    const held = found.get(key)
    if (held === undefined || rank(model) > rank(held)) found.set(key, model)
  }
}

function rank(endpoint: EndpointModel): number {
  return endpoint.ready ? 2 : endpoint.serving ? 1 : 0
}

function sorted(found: ReadonlyMap<string, EndpointModel>): readonly EndpointModel[] {
  const list = [...found.values()]
  return list.length < 2 ? list : list.sort((a, b) => byAddress(a.address, b.address) || a.port - b.port)
}

function byAddress(a: Address, b: Address): number {
  return a === b ? 0 : compareAddresses(a, b)
}
