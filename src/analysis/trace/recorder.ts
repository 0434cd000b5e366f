// Collects the hops of a trace until one of them ends it.
import type { Address } from '../../net/address.ts'
import { parseField } from '../check/parse-field.ts'
import type { Detail, Expectation, Hop, HopKind, Packet, Trace, Verdict } from './trace-result.ts'
import type { ObjectName, TraceWorld } from './world.ts'

export interface HopText {
  readonly says: string
  readonly details?: readonly Detail[]
  readonly expects?: Expectation
}

/** Every way of ending a trace gives its verdict, so that a caller cannot go on after it. */
export class Recorder {
  readonly world: TraceWorld
  readonly #hops: Hop[] = []
  #packet: Packet | undefined

  constructor(world: TraceWorld) {
    this.world = world
  }

  pass(kind: HopKind, hop: HopText): void {
    this.#add(kind, hop, 'passes')
  }

  /** The connection ends here, refused, lost or answered with an error. */
  stop(kind: HopKind, { fix, ...hop }: HopText & { readonly fix?: string }): Verdict {
    this.#add(kind, hop, 'stops')
    return { kind: 'no', why: hop.says, hop: this.#hops.length - 1, ...(fix === undefined ? {} : { fix }) }
  }

  /** What happens from here on cannot be told from what is known. */
  leave(kind: HopKind, hop: HopText): Verdict {
    this.#add(kind, hop, 'unclear')
    return { kind: 'unknown', why: hop.says }
  }

  /** The first packet that is known is the one that the client sends. One to an address that is not given yet is none. */
  send(packet: Packet): void {
    if (!this.#isGiven([packet.to.address])) return
    this.#packet ??= packet
  }

  finish(from: string, to: string, verdict: Verdict): Trace {
    return { from, to, hops: this.#hops, verdict, ...(this.#packet === undefined ? {} : { packet: this.#packet }) }
  }

  detail(text: string): Detail {
    return { text }
  }

  /** A line about an object, with the place in the user's files. */
  cite(text: string, object: ObjectName, field?: string): Detail {
    const position = this.world.locate(object, field === undefined ? ['metadata', 'name'] : parseField(field))
    return {
      text,
      object: `${object.kind}/${object.key}`,
      ...(field === undefined ? {} : { field }),
      ...(position === undefined ? {} : { position }),
    }
  }

  #add(kind: HopKind, { says, details = [], expects }: HopText, outcome: Hop['outcome']): void {
    const sign = expects !== undefined && this.#isGiven(addressesIn(expects)) ? { expects } : {}
    this.#hops.push({ kind, says, details, outcome, ...sign })
  }

  #isGiven(addresses: readonly Address[]): boolean {
    return addresses.every(address => !this.world.prediction.placeholders.has(address))
  }
}

function addressesIn(expects: Expectation): readonly Address[] {
  switch (expects.kind) {
    case 'answer':
      return expects.addresses
    case 'neighbour':
      return [expects.address]
    case 'translation':
      return [expects.to, ...expects.backends].map(({ address }) => address)
    case 'handshake':
    case 'status':
    case 'pods':
      return []
  }
}
