// When does a pod's new link carry packets both ways?
import type { Address } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { bindUdp } from '../../sys/sockets.ts'

const againMs = 1
/** Kernels need well under a millisecond, a busy one a few; after this the link is taken for good. */
const longestMs = 50

/**
 * A link that was just set up drops what is sent before the kernel's link watcher has run, and TCP repeats a lost SYN only
 * after a whole second. So datagrams are sent until one has made the way there and back.
 */
export async function awaitLink(
  ends: { readonly node: NetNamespace; readonly pod: NetNamespace },
  address: Address,
): Promise<void> {
  const inPod = ends.pod.inside(() => bindUdp({ port: 0 }))
  const onNode = ends.node.inside(() => bindUdp({ port: 0 }))
  const { promise, resolve } = Promise.withResolvers<void>()
  const to = address.includes(':') ? address : `::ffff:${address}`
  // A refused or lost datagram only means that it is too early.
  for (const socket of [inPod, onNode]) socket.on('error', () => {})
  inPod.on('message', (message, { port, address: from }) => inPod.send(message, port, from))
  onNode.once('message', () => resolve())
  const { port } = inPod.address()
  const send = () => onNode.send('?', port, to, () => {})
  send()
  const again = setInterval(send, againMs)
  const enough = setTimeout(resolve, longestMs)
  await promise
  clearInterval(again)
  clearTimeout(enough)
  inPod.close()
  onNode.close()
}
