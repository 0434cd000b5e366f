// Sends a trace's packets and looks at every hop for the signs that the trace expects of it.
import type { SecureContext } from 'node:tls'
import { judgeLive, type LiveHop, type LiveResult, type LiveTrace } from '../../analysis/trace/live.ts'
import type { Expectation, Hop, Packet, Trace } from '../../analysis/trace/trace-result.ts'
import { type TrackedConnection, trackedConnections } from '../../dataplane/nftables/conversations.ts'
import { type Address, familyOf } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'
import { changeNetwork } from '../../sys/netlink.ts'
import { askName, type Sent, send } from './send.ts'

export interface LiveWorld {
  /** Where the client's packets start. */
  readonly client: NetNamespace
  /** Of a node or another machine of the LAN; undefined when it does not run. */
  readonly machine: (name: string) => NetNamespace | undefined
  /** `namespace/name` of the pod that has the address. */
  readonly podAt: (address: Address) => string | undefined
  /** With the authorities that machines of the lab trust. */
  readonly secureContext: SecureContext
}

/** One packet that was sent; the second follows a redirect to TLS. */
interface Leg {
  readonly packet: Packet
  readonly sent: Sent
  /** Tracked now and not before, by machine. */
  readonly tracked: ReadonlyMap<string, readonly TrackedConnection[]>
}

export async function runLive(trace: Trace, world: LiveWorld): Promise<LiveTrace> {
  const { hops, packet } = trace
  const legs: Leg[] = []
  if (packet !== undefined) {
    const redirect = hops.findIndex(({ kind }) => kind === 'redirect')
    const first = await sendLeg(packet, hops, world)
    legs.push(first)
    if (redirect >= 0 && first.sent.status === 308 && packet.kind === 'http') {
      const secure: Packet = { ...packet, scheme: 'https', to: { ...packet.to, port: 443 } }
      legs.push(await sendLeg(secure, hops.slice(redirect + 1), world))
    }
  }
  const seen: LiveHop[] = []
  let current = 0
  for (const hop of hops) {
    seen.push(await look(hop, { leg: legs[current], trace, world, before: seen }))
    if (hop.kind === 'redirect') current++
  }
  return judgeLive(trace, seen, resultOf(legs.at(-1)))
}

async function sendLeg(packet: Packet, hops: readonly Hop[], world: LiveWorld): Promise<Leg> {
  const nodes = new Set(hops.flatMap(({ expects }) => (expects?.kind === 'translation' ? [expects.node] : [])))
  const before = new Map([...nodes].map(node => [node, new Set(trackedOn(node, world).map(keyOf))]))
  const sent = await send(packet, { namespace: world.client, secureContext: world.secureContext })
  const tracked = new Map(
    [...nodes].map(node => [node, trackedOn(node, world).filter(item => before.get(node)?.has(keyOf(item)) !== true)]),
  )
  return { packet, sent, tracked }
}

function trackedOn(node: string, { machine }: LiveWorld): readonly TrackedConnection[] {
  const namespace = machine(node)
  return namespace === undefined ? [] : trackedConnections(namespace)
}

function keyOf({ protocol, client, clientPort, to, toPort, answeredBy, answeredFrom }: TrackedConnection): string {
  return [protocol, client, clientPort, to, toPort, answeredBy, answeredFrom].join(' ')
}

function resultOf(leg: Leg | undefined): LiveResult {
  if (leg === undefined) return { sent: false, arrived: false, what: 'there is no address to send to', ms: 0 }
  const { packet, sent } = leg
  const who = sent.identity === undefined ? '' : ` from pod ${sent.identity.pod} on ${sent.identity.node}`
  const { ms } = sent
  if (packet.kind === 'socket') {
    if (packet.protocol === 'UDP') {
      const what = sent.answered === true ? `an answer${who}` : `no answer: ${sent.error ?? 'nothing came back'}`
      return { sent: true, arrived: sent.answered === true, what, ms }
    }
    return {
      sent: true,
      arrived: sent.connected,
      what: sent.connected ? 'a connection was made' : (sent.error ?? 'no connection'),
      ms,
    }
  }
  if (sent.status === undefined) return { sent: true, arrived: false, what: sent.error ?? 'no answer', ms }
  // An answer that names a pod has arrived whatever it says; one that names none may be the proxy's own.
  const isProxys = sent.identity === undefined && (sent.status === 404 || sent.status >= 500)
  return { sent: true, arrived: !isProxys, what: `HTTP ${sent.status}${who}`, ms }
}

interface Look {
  readonly leg: Leg | undefined
  readonly trace: Trace
  readonly world: LiveWorld
  /** What was seen of the hops so far. */
  readonly before: readonly LiveHop[]
}

async function look(hop: Hop, at: Look): Promise<LiveHop> {
  const { leg } = at
  if (hop.kind === 'from') {
    const port = leg?.sent.localPort
    return leg === undefined
      ? notLooked('nothing was sent')
      : seen(port === undefined ? 'sent' : `sent from port ${port}`)
  }
  if (hop.kind === 'entrance') return notLooked('a choice, not a packet')
  if (hop.expects?.kind === 'answer') return await lookForName(hop.expects, at.world)
  if (leg === undefined) return notLooked('nothing was sent')
  if (hop.outcome === 'unclear') return notLooked('there is no telling what to look for')
  if (hop.outcome === 'stops' && hop.expects === undefined) return lookForFailure(leg)
  switch (hop.expects?.kind) {
    case 'neighbour':
      return lookForNeighbour(hop.expects, at.world)
    case 'translation':
      return lookForTranslation(hop.expects, leg)
    case 'handshake':
      return lookForHandshake(leg)
    case 'status':
      return lookForStatus(hop.expects.status, leg)
    case 'pods':
      return lookForPod(hop.expects.pods, leg, at)
    case undefined:
      return lookForConsequence(hop, leg, at)
  }
}

function seen(what: string): LiveHop {
  return { kind: 'seen', what }
}

function notSeen(what: string): LiveHop {
  return { kind: 'not-seen', what }
}

function notLooked(what: string): LiveHop {
  return { kind: 'not-looked-at', what }
}

async function lookForName(
  { server, name, addresses }: Extract<Expectation, { kind: 'answer' }>,
  { client }: LiveWorld,
): Promise<LiveHop> {
  const families = addresses.length === 0 ? [4 as const] : [...new Set(addresses.map(familyOf))]
  const found: Address[] = []
  for (const family of families) {
    const answer = await askName(client, { server, name, type: family === 4 ? 'A' : 'AAAA' })
    if (typeof answer === 'string') return notSeen(`${server} does not answer: ${answer}`)
    found.push(...answer.addresses)
  }
  const text =
    found.length === 0 ? `${server} knows no address of ${name}` : `${server} answers ${found.sort().join(', ')}`
  const isSame = found.length === addresses.length && addresses.every(address => found.includes(address))
  return isSame ? seen(text) : notSeen(text)
}

/** The client has just sent something, so whoever answers for the address stands in its table. */
function lookForNeighbour(
  { address, machine }: Extract<Expectation, { kind: 'neighbour' }>,
  { client, machine: find }: LiveWorld,
): LiveHop {
  const mac = changeNetwork(client, netlink => netlink.neighbours().find(item => item.address === address))?.mac
  const isNobody = mac === undefined || mac === '' || mac === '00:00:00:00:00:00'
  if (machine === undefined)
    return isNobody ? seen(`nobody answers for ${address}`) : notSeen(`${mac} answers for ${address}`)
  if (isNobody) return notSeen(`nobody answers for ${address}`)
  const namespace = find(machine)
  const own = namespace === undefined ? [] : changeNetwork(namespace, netlink => netlink.links().map(link => link.mac))
  return own.includes(mac)
    ? seen(`ARP: ${address} is at ${mac}, ${machine}`)
    : notSeen(`ARP: ${address} is at ${mac}, which is not ${machine}`)
}

function lookForTranslation({ node, to, backends }: Extract<Expectation, { kind: 'translation' }>, leg: Leg): LiveHop {
  const entry = entryOf(leg, node)
  if (entry === undefined) return notSeen(`${node} tracks no such connection to ${to.address}:${to.port}`)
  const isKnown = backends.some(({ address, port }) => address === entry.answeredBy && port === entry.answeredFrom)
  const text = `${node} sends it to ${entry.answeredBy}:${entry.answeredFrom}`
  return isKnown ? seen(text) : notSeen(`${text}, which is none of the endpoints`)
}

/** By the client's port when a connection was made; else whatever was tracked since for the same place. */
function entryOf({ packet, sent, tracked }: Leg, node: string): TrackedConnection | undefined {
  const isSame = (item: TrackedConnection) =>
    item.to === packet.to.address &&
    item.toPort === packet.to.port &&
    (sent.localPort === undefined || item.clientPort === sent.localPort)
  return tracked.get(node)?.find(isSame)
}

function lookForHandshake({ sent }: Leg): LiveHop {
  if (sent.handshake === true) return seen('the handshake succeeded, and the certificate is trusted')
  return sent.connected
    ? notSeen(`the handshake failed: ${sent.error ?? 'no reason given'}`)
    : notLooked('there was no connection')
}

function lookForStatus(status: number, { sent }: Leg): LiveHop {
  if (sent.status === undefined) return notSeen(`no answer: ${sent.error ?? 'nothing came back'}`)
  return sent.status === status && sent.identity === undefined
    ? seen(`HTTP ${sent.status}`)
    : notSeen(`HTTP ${sent.status}`)
}

function lookForPod(pods: readonly string[], leg: Leg, { trace, world }: Look): LiveHop {
  const { identity } = leg.sent
  if (identity !== undefined) {
    const text = `pod ${identity.pod} on ${identity.node} answered`
    return pods.includes(identity.pod) ? seen(text) : notSeen(`${text}, which is none of them`)
  }
  if (leg.packet.kind === 'http') {
    return leg.sent.status === undefined
      ? notSeen(`no answer: ${leg.sent.error ?? 'nothing came back'}`)
      : notLooked(`HTTP ${leg.sent.status}, and the answer does not say whose it is`)
  }
  if (!leg.sent.connected) return notSeen(leg.sent.error ?? 'no connection')
  const entry = trace.hops
    .flatMap(({ expects }) => (expects?.kind === 'translation' ? (entryOf(leg, expects.node) ?? []) : []))
    .at(-1)
  const pod = world.podAt(entry?.answeredBy ?? leg.packet.to.address)
  if (pod === undefined) return notLooked('a connection was made; it does not say with whom')
  return pods.includes(pod)
    ? seen(`pod ${pod} took the connection`)
    : notSeen(`pod ${pod} took the connection, which is none of them`)
}

/** A hop without a sign of its own shows in what comes of it. */
function lookForConsequence(hop: Hop, leg: Leg, { trace, before }: Look): LiveHop {
  const { sent, packet } = leg
  const index = before.length
  const isBehindProxy = trace.hops.slice(0, index).some(({ kind }) => kind === 'rule')
  if (hop.kind === 'rule' || (hop.kind === 'endpoint' && isBehindProxy)) {
    if (sent.identity !== undefined) return seen(`the answer comes from pod ${sent.identity.pod}`)
    return sent.status === undefined
      ? notSeen(`no answer: ${sent.error ?? 'nothing came back'}`)
      : notLooked(`HTTP ${sent.status}, and the answer does not say whose it is`)
  }
  // The address is replaced after it arrived, and by that the endpoint is chosen.
  const translation =
    hop.kind === 'endpoint'
      ? trace.hops.slice(0, index).findLast(({ expects }) => expects?.kind === 'translation')
      : trace.hops.slice(index).find(({ expects }) => expects?.kind === 'translation')
  if (translation?.expects?.kind === 'translation') return lookForTranslation(translation.expects, leg)
  if (sent.connected) {
    return seen(packet.kind === 'http' || packet.protocol === 'TCP' ? 'a connection was made' : 'an answer came')
  }
  return sent.error === 'refused' ? seen('a refusal came back') : notSeen(sent.error ?? 'nothing came back')
}

/** The trace says that nothing comes of it. */
function lookForFailure({ sent }: Leg): LiveHop {
  const hasFailed = sent.error !== undefined || (!sent.connected && sent.answered !== true)
  return hasFailed ? seen(sent.error ?? 'nothing came back') : notSeen('it went through all the same')
}
