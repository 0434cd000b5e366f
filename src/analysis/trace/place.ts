// What the words of `fairway trace FROM TO` name.
import { type Address, parseAddress } from '../../net/address.ts'
import type { PodModel } from '../../network/model.ts'
import { nearestName } from '../../objects/nearest.ts'
import type { TraceWorld } from './world.ts'

export interface Client {
  readonly kind: 'host' | 'router' | 'internet' | 'node' | 'pod'
  /** `laptop`, `k8s-1`, `namespace/name` of a pod. */
  readonly name: string
  readonly addresses: readonly Address[]
  /** Of a node or a pod; unknown as long as the pod is not scheduled. */
  readonly node?: string
  readonly pod?: PodModel
}

export type Target =
  | {
      readonly kind: 'url'
      readonly scheme: 'http' | 'https'
      readonly host: string
      readonly port: number
      /** With the query. */
      readonly path: string
    }
  | { readonly kind: 'socket'; readonly protocol: 'TCP' | 'UDP'; readonly host: string; readonly port: number }
  /** `port` is a name or a number. */
  | { readonly kind: 'service'; readonly namespace: string; readonly name: string; readonly port?: string }
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string; readonly port?: number }

export interface Misread {
  readonly misread: string
}

const portPattern = /^\d{1,5}$/

/** Names of Services and pods without a namespace are looked for in `namespace`. */
export function parseTarget(text: string, namespace: string): Target | Misread {
  const scheme = /^([a-z]+):\/\//.exec(text)?.[1]
  if (scheme === 'http' || scheme === 'https') return parseUrl(text, scheme)
  if (scheme === 'tcp' || scheme === 'udp') return parseSocket(text.slice(scheme.length + 3), scheme)
  if (scheme !== undefined) return { misread: `cannot trace ${scheme}://: take http, https, tcp or udp` }
  const object = /^(service|services|svc|pod|pods|po)[/:](.+)$/.exec(text)
  if (object !== null) return parseObject(object[1] ?? '', object[2] ?? '', namespace)
  if (/:\d+(?:\/(?:tcp|udp))?$/i.test(text)) {
    const protocol = /\/udp$/i.test(text) ? 'udp' : 'tcp'
    return parseSocket(text.replace(/\/(?:tcp|udp)$/i, ''), protocol)
  }
  return {
    misread: `${JSON.stringify(text)} is no target: write service/NAME, pod:NAMESPACE/NAME, a URL, or HOST:PORT`,
  }
}

function parseUrl(text: string, scheme: 'http' | 'https'): Target | Misread {
  if (!URL.canParse(text)) return { misread: `${JSON.stringify(text)} is no URL` }
  const url = new URL(text)
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port)
  return { kind: 'url', scheme, host: plainHost(url.hostname), port, path: `${url.pathname}${url.search}` }
}

function parseSocket(text: string, protocol: 'tcp' | 'udp'): Target | Misread {
  const match = /^(.*):(\d{1,5})\/?$/.exec(text)
  const port = Number(match?.[2])
  const host = plainHost(match?.[1] ?? '')
  if (host === '' || !isPort(port)) return { misread: `${JSON.stringify(text)} needs a host and a port: HOST:PORT` }
  return { kind: 'socket', protocol: protocol === 'tcp' ? 'TCP' : 'UDP', host, port }
}

function plainHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').toLowerCase()
}

function parseObject(word: string, rest: string, fallback: string): Target | Misread {
  const match = /^(?:([^/:]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(rest)
  const name = match?.[2]
  if (name === undefined)
    return { misread: `${JSON.stringify(rest)} is no name: write NAME or NAMESPACE/NAME, and :PORT` }
  const [namespace, port] = [match?.[1] ?? fallback, match?.[3]]
  if (!word.startsWith('po')) return { kind: 'service', namespace, name, ...(port === undefined ? {} : { port }) }
  if (port === undefined) return { kind: 'pod', namespace, name }
  return portPattern.test(port) && isPort(Number(port))
    ? { kind: 'pod', namespace, name, port: Number(port) }
    : { misread: `${JSON.stringify(port)} is no port number` }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
}

/** A machine by name, or a pod: `pod:NAMESPACE/NAME`, `NAMESPACE/NAME` of a pod or of the workload that made it. */
export function findClient(text: string, world: TraceWorld): Client | Misread {
  const { network, site } = world
  const pod = /^(?:(?:pod|po|pods)[:/])?([^/:]+)\/([^/:]+)$/.exec(text)
  if (pod !== null) return findPodClient(pod[1] ?? '', pod[2] ?? '', world)
  const name = text.replace(/^(?:node|host)[:/]/, '')
  const node = network.nodes.find(item => item.name === name)
  if (node !== undefined) return { kind: 'node', name, addresses: node.addresses, node: name }
  const host = network.hosts.find(item => item.name === name)
  if (host !== undefined) {
    return { kind: host.kind === 'gateway' ? 'router' : 'host', name, addresses: host.addresses }
  }
  if (name === 'internet') return { kind: 'internet', name, addresses: [site.internet.server] }
  const known = [...network.hosts, ...network.nodes].map(item => item.name).concat('internet')
  const near = nearestName(name, known)
  return {
    misread:
      `there is no machine ${JSON.stringify(name)}${near === undefined ? '' : `; did you mean ${near}?`} ` +
      `There are ${known.join(', ')}, and pods as NAMESPACE/NAME`,
  }
}

function findPodClient(namespace: string, name: string, world: TraceWorld): Client | Misread {
  const found = findPod(namespace, name, world)
  if (found !== undefined) {
    const { key, addresses, node } = found
    return { kind: 'pod', name: key, addresses, pod: found, ...(node === undefined ? {} : { node }) }
  }
  const inNamespace = world.network.pods.filter(pod => pod.namespace === namespace).map(pod => pod.name)
  const there = inNamespace.length === 0 ? 'it has none' : `it has ${inNamespace.slice(0, 8).join(', ')}`
  return { misread: `namespace ${namespace} has no pod or workload ${JSON.stringify(name)}: ${there}` }
}

/** The pod of that name, or the first pod of the workload of that name; a ready one before others. */
export function findPod(namespace: string, name: string, { network, pods }: TraceWorld): PodModel | undefined {
  const own = network.pods.filter(pod => pod.namespace === namespace)
  const exact = own.find(pod => pod.name === name)
  if (exact !== undefined) return exact
  const made = own.filter(pod => isMadeBy(pods.get(pod.key)?.metadata.ownerReferences ?? [], name))
  return made.find(pod => pod.ready) ?? made[0]
}

/** A Deployment owns its pods through a ReplicaSet, whose name is its own and a hash. */
function isMadeBy(owners: readonly { readonly kind: string; readonly name: string }[], name: string): boolean {
  return owners.some(
    owner => owner.name === name || (owner.kind === 'ReplicaSet' && owner.name.replace(/-[^-]+$/, '') === name),
  )
}

/** The address when the host is one. */
export function literalAddress(host: string): Address | undefined {
  return parseAddress(host)
}
