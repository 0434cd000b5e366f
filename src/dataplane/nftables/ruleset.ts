// The words of the ruleset: tables' sets, chains, rules and elements as data. `serialize.ts` gives them their syntax.
import type { Address, Family } from '../../net/address.ts'
import type { Range } from '../../net/cidr.ts'
import type { Protocol } from '../../network/model.ts'
import type { Backend } from './plan.ts'

/** A chain of ours, or one of the three that the kernel calls. */
export type ChainName = string & { readonly __chain: unique symbol }

/** Kinds of sets and maps; each exists once per address family. */
export type SetKind =
  /** address . protocol . port → chain */
  | 'frontends'
  /** address . protocol . port . number → backend */
  | 'backends'
  /** address . protocol . port . number → ticket; a ticket is a number that stays with its backend */
  | 'tickets'
  /** client . address . protocol . port → ticket; filled by the kernel. IPv6: fingerprint . protocol . port → ticket */
  | 'clients'
  /** address . protocol . port . range of clients */
  | 'allowed'
  | 'inside'
  | 'local'
  | 'pod-sources'
  | 'near'
  | 'service-ranges'
  | 'virtual'
  /** pod . pod, twice the same */
  | 'hairpin'

export interface Place {
  readonly address: Address
  readonly protocol: Protocol
  readonly port: number
}

/** One element of a set or map. */
export type Element =
  | { readonly set: 'frontends'; readonly place: Place; readonly chain: ChainName }
  | { readonly set: 'backends'; readonly place: Place; readonly number: number; readonly backend: Backend }
  | { readonly set: 'tickets'; readonly place: Place; readonly number: number; readonly ticket: number }
  | { readonly set: 'allowed'; readonly place: Place; readonly range: Range }
  | { readonly set: 'virtual' | 'hairpin'; readonly address: Address }
  | { readonly set: 'inside' | 'local' | 'pod-sources' | 'near' | 'service-ranges'; readonly range: Range }

export type Rule =
  /** Looks the destination up among the frontends and goes to the chain it finds. */
  | { readonly kind: 'dispatch' }
  /** The destination is an address of Services, and no Service has this port. */
  | { readonly kind: 'refuse-rest'; readonly set: 'service-ranges' | 'virtual' }
  | { readonly kind: 'draw'; readonly count: number; readonly base: number }
  | { readonly kind: 'number'; readonly number: number }
  /** Ends the search with the backend of the drawn number; goes on when there is none. */
  | { readonly kind: 'forward' }
  /** IPv6 only: marks the connection with a hash of client and address, by which the client is remembered. */
  | { readonly kind: 'fingerprint' }
  | { readonly kind: 'recall' }
  | { readonly kind: 'renew'; readonly seconds: number }
  | { readonly kind: 'forward-known' }
  | { readonly kind: 'forget' }
  | { readonly kind: 'ticket' }
  | { readonly kind: 'remember'; readonly seconds: number }
  | { readonly kind: 'inside-goto'; readonly chain: ChainName }
  | { readonly kind: 'own-goto'; readonly chain: ChainName }
  | { readonly kind: 'allowed-goto'; readonly chain: ChainName }
  | { readonly kind: 'goto'; readonly chain: ChainName }
  | { readonly kind: 'reset' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'drop' }
  /** A pod that meets itself, or a client that is not of this node: the answer must come back through this node. */
  | { readonly kind: 'source-hairpin'; readonly to: Address | undefined }
  | { readonly kind: 'source-foreign'; readonly to: Address | undefined }
  /** Pods on their way out of the site. */
  | { readonly kind: 'masquerade' }

export interface Chain {
  readonly name: ChainName
  readonly hook?: 'prerouting' | 'output' | 'postrouting'
  readonly rules: readonly { readonly family: Family; readonly rule: Rule }[]
}
