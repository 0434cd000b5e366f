// What a trace is looked up in: the Network, the proxies' routing tables, and where the user wrote each object.
import type { Position } from '../../diagnostics/diagnostic.ts'
import type { Address } from '../../net/address.ts'
import type { Network } from '../../network/model.ts'
import type { RoutingTable } from '../../network/routing.ts'
import type { CiliumL2AnnouncementPolicy } from '../../objects/kinds/cilium-l2-announcement-policy.ts'
import type { Ingress } from '../../objects/kinds/ingress.ts'
import type { IngressClass } from '../../objects/kinds/ingress-class.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import type { Site } from '../../site/site.ts'

export interface TraceWorld {
  readonly site: Site
  readonly network: Network
  /** By `namespace/name`, for what the Network leaves out: DNS policy, container ports, owners. */
  readonly pods: ReadonlyMap<string, Pod>
  readonly services: Iterable<Service>
  readonly ingresses: Iterable<Ingress>
  readonly ingressClasses: readonly IngressClass[]
  readonly announcementPolicies: readonly CiliumL2AnnouncementPolicy[]
  /** The routing table of every class that an NGINX of ours serves, by the class's name. */
  readonly tables: ReadonlyMap<string, RoutingTable>
  /** Where the user wrote the field; undefined for objects that stand in no file. */
  locate(object: ObjectName, path: readonly (string | number)[]): Position | undefined
  readonly prediction: Prediction
}

export interface ObjectName {
  readonly kind: string
  /** `namespace/name`, or `name`. */
  readonly key: string
}

/** What is not read but foreseen, where there is no cluster yet. */
export interface Prediction {
  /** The cluster runs, and nothing is foreseen. */
  readonly isLive: boolean
  /** Stand for addresses that are given only when the object is created, with what to call them. */
  readonly placeholders: ReadonlyMap<Address, string>
  /** Addresses that the pools will give, computed as the running system does. */
  readonly addresses: ReadonlySet<Address>
  /** Services whose pods may come from something that the input does not show, with what that is. */
  readonly openServices: ReadonlyMap<string, string>
}

export const nothingForeseen: Prediction = {
  isLive: true,
  placeholders: new Map(),
  addresses: new Set(),
  openServices: new Map(),
}

/** The address, or what it is called as long as nobody has it. */
export function addressText(address: Address, { prediction }: TraceWorld): string {
  const placeholder = prediction.placeholders.get(address)
  if (placeholder !== undefined) return placeholder
  return prediction.addresses.has(address) ? `${address} (foreseen)` : address
}

export function socketText(address: Address, port: number, world: TraceWorld): string {
  const text = addressText(address, world)
  if (world.prediction.placeholders.has(address)) return `${text}, port ${port}`
  return address.includes(':') ? `[${text}]:${port}` : text.replace(address, `${address}:${port}`)
}
