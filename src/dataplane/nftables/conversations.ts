// Which connections does a node's kernel track, and where does it send them really?
import type { Address } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { type Message, MessageWriter, readAttributes } from '../../sys/netlink/message.ts'
import { NetlinkSocket } from '../../sys/netlink/socket.ts'
import { allConversations, CTA_TUPLE_ORIG, CTA_TUPLE_REPLY, NETLINK_NETFILTER, readTuple } from './conntrack.ts'

export interface TrackedConnection {
  readonly protocol: 'TCP' | 'UDP'
  readonly client: Address
  readonly clientPort: number
  /** Where the client sent to. */
  readonly to: Address
  readonly toPort: number
  /** Who answers: the same, unless the destination was replaced. */
  readonly answeredBy: Address
  readonly answeredFrom: number
}

const protocols: Readonly<Record<number, TrackedConnection['protocol']>> = { 6: 'TCP', 17: 'UDP' }

/** Those of all protocols with ports; the order is the kernel's. */
export function trackedConnections(namespace: Pick<NetNamespace, 'inside'>): readonly TrackedConnection[] {
  return namespace.inside(() => {
    using socket = new NetlinkSocket(NETLINK_NETFILTER)
    const writer = new MessageWriter()
    allConversations(writer)
    return socket.dump(writer.take(), decode)
  })
}

function decode({ body }: Message): TrackedConnection | undefined {
  const attributes = readAttributes(body, 4)
  const original = attributes.get(CTA_TUPLE_ORIG)
  const reply = attributes.get(CTA_TUPLE_REPLY)
  if (original === undefined || reply === undefined) return undefined
  const [out, back] = [readTuple(original), readTuple(reply)]
  const protocol = protocols[out.protocol]
  if (
    protocol === undefined ||
    out.source === undefined ||
    out.destination === undefined ||
    back.source === undefined
  ) {
    return undefined
  }
  return {
    protocol,
    client: out.source,
    clientPort: out.sourcePort,
    to: out.destination,
    toPort: out.destinationPort,
    answeredBy: back.source,
    answeredFrom: back.sourcePort,
  }
}
