// What a trace says: the hops of a connection in their order, what happens at each, and whether it arrives.
import type { Position } from '../../diagnostics/diagnostic.ts'
import type { Address } from '../../net/address.ts'
import type { Protocol } from '../../network/model.ts'

/** In the order in which a connection can meet them; `service` to `pod` come again behind a proxy. */
export type HopKind =
  | 'from'
  /** Which way into the cluster leads to a Service that has no address outside. */
  | 'entrance'
  | 'name'
  /** Which machine gets the packet. */
  | 'arrival'
  | 'service'
  | 'endpoint'
  | 'tls'
  /** The rule of an Ingress or HTTPRoute that takes the request. */
  | 'rule'
  | 'redirect'
  | 'pod'

export interface Detail {
  readonly text: string
  /** `Ingress/default/echo`, and the place in it. */
  readonly object?: string
  readonly field?: string
  /** Where the user wrote it. */
  readonly position?: Position
}

export interface Hop {
  readonly kind: HopKind
  /** One line. */
  readonly says: string
  readonly details: readonly Detail[]
  readonly outcome: 'passes' | 'stops' | 'unclear'
  /** What packets would show of it. */
  readonly expects?: Expectation
}

export interface Socket {
  readonly address: Address
  readonly port: number
}

/** A sign by which a hop is recognised on the wire or in the kernel. */
export type Expectation =
  /** The name server answers these addresses, none when the name does not exist. */
  | { readonly kind: 'answer'; readonly server: Address; readonly name: string; readonly addresses: readonly Address[] }
  /** The client's neighbour table has the MAC address of that machine for the address; `none` when nobody answers. */
  | { readonly kind: 'neighbour'; readonly address: Address; readonly machine?: string }
  /** Connection tracking on the node has the destination replaced by one of these. */
  | { readonly kind: 'translation'; readonly node: string; readonly to: Socket; readonly backends: readonly Socket[] }
  /** A TLS handshake with that server name succeeds. */
  | { readonly kind: 'handshake'; readonly serverName: string }
  /** HTTP answers with this status. */
  | { readonly kind: 'status'; readonly status: number }
  /** One of these pods answers. */
  | { readonly kind: 'pods'; readonly pods: readonly string[] }

/** What has to be sent to try it out. */
export type Packet =
  | {
      readonly kind: 'http'
      readonly scheme: 'http' | 'https'
      readonly to: Socket
      readonly host: string
      /** With the query. */
      readonly path: string
    }
  | { readonly kind: 'socket'; readonly protocol: Protocol; readonly to: Socket }

export type Verdict =
  | {
      readonly kind: 'yes'
      /** What had to be taken for granted, because no cluster runs yet. */
      readonly assuming: readonly string[]
    }
  /** `hop` is the index of the hop that stops the connection. */
  | { readonly kind: 'no'; readonly why: string; readonly hop: number; readonly fix?: string }
  | { readonly kind: 'unknown'; readonly why: string }

export interface Trace {
  /** As asked. */
  readonly from: string
  readonly to: string
  readonly hops: readonly Hop[]
  readonly verdict: Verdict
  /** Absent when it is not known what to send where. */
  readonly packet?: Packet
}
