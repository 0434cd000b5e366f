// What does a node's kernel hold of the Services that were programmed into it? The way back from `serialize.ts`.
import { type Address, type Family, familyOf, parseAddress } from '../../net/address.ts'
import type { Protocol } from '../../network/model.ts'
import type { Runner } from '../../sys/runner.ts'
import type { Backend } from './plan.ts'
import { tableName } from './serialize.ts'
import { keepSourceBit } from './verdict.ts'

export interface KernelFrontend {
  readonly address: Address
  readonly protocol: Protocol
  readonly port: number
  /** In the order of the numbers that are drawn. */
  readonly backends: readonly Backend[]
  /** With a traffic policy of Local: those of this node, which clients outside of the cluster get. */
  readonly outside?: readonly Backend[]
  /** Ranges of clients outside of the cluster, as text; absent means from anywhere. */
  readonly allowed?: readonly string[]
  readonly isSticky: boolean
}

export interface KernelServices {
  /** Sorted by address, port and protocol. */
  readonly frontends: readonly KernelFrontend[]
  /** Families in which pods leave the site under the node's address. */
  readonly masquerades: ReadonlySet<Family>
}

const timeoutMs = 30_000

/** Undefined when the kernel has no table of ours. Rejects when nft fails for another reason. */
export async function readServices(namespace: Pick<Runner, 'run'>): Promise<KernelServices | undefined> {
  const { exitCode, stdout, stderr } = await namespace.run('nft', ['-j', 'list', 'table', 'inet', tableName], {
    timeoutMs,
  })
  if (exitCode === 0) return parseServices(JSON.parse(stdout))
  if (stderr.includes('No such file or directory')) return undefined
  throw new Error(`cannot list the table ${tableName}: ${stderr.trim()}`)
}

interface Entry {
  readonly map?: Elements
  readonly set?: Elements
  readonly rule?: { readonly chain: string; readonly expr: readonly object[] }
}

interface Elements {
  readonly name: string
  readonly elem?: readonly unknown[]
}

/** Takes what `nft -j list table` prints. */
export function parseServices(listing: unknown): KernelServices {
  const entries = (listing as { readonly nftables: readonly Entry[] }).nftables
  const elements = new Map(
    entries.flatMap(({ map, set }) => {
      const held = map ?? set
      return held === undefined ? [] : [[held.name, held.elem ?? []] as const]
    }),
  )
  const of = (name: string) => ([4, 6] as const).flatMap(family => elements.get(`${name}${family}`) ?? [])
  const tickets = new Map(of('tickets').map(element => ticketOf(element as Pair)))
  const backends = Map.groupBy(
    of('backends').map(element => numbered(element as Pair)),
    ({ place }) => place,
  )
  const allowed = Map.groupBy(
    of('allowed').map(element => rangeOf(element as Concat)),
    ({ place }) => place,
  )
  const frontends = of('frontends').map((element): KernelFrontend => {
    const [{ concat }, verdict] = element as Pair
    const chain = typeof verdict === 'object' && 'goto' in verdict ? verdict.goto.target : ''
    const place = placeText(concat)
    const slots = (backends.get(place) ?? [])
      .map(backend => ({ ...backend, slot: tickets.get(`${place} ${backend.number}`) ?? backend.number }))
      .sort((a, b) => a.slot - b.slot)
    const outside = slots.filter(({ slot }) => slot >= keepSourceBit).map(({ backend }) => backend)
    return {
      address: addressIn(concat[0]),
      protocol: String(concat[1]).toUpperCase() as Protocol,
      port: Number(concat[2]),
      backends: slots.filter(({ slot }) => slot < keepSourceBit).map(({ backend }) => backend),
      ...(chain.includes('-of-') ? { outside } : {}),
      ...(chain.startsWith('guard-') ? { allowed: (allowed.get(place) ?? []).map(({ range }) => range) } : {}),
      isSticky: chain.includes('-sticky-'),
    }
  })
  return { frontends: frontends.sort(compareFrontends), masquerades: masqueradesOf(entries, elements) }
}

interface Concat {
  readonly concat: readonly unknown[]
}

type Pair = readonly [Concat, { readonly goto: { readonly target: string } } | Concat | number]

function placeText(concat: readonly unknown[]): string {
  return concat.slice(0, 3).join(' ')
}

function numbered([{ concat }, value]: Pair) {
  const [address, port] = (value as Concat).concat
  return {
    place: placeText(concat),
    number: Number(concat[3]),
    backend: { address: addressIn(address), port: Number(port) },
  }
}

/** From the place and the ticket back to the number that is drawn. */
function ticketOf([{ concat }, ticket]: Pair): readonly [string, number] {
  return [`${placeText(concat)} ${Number(ticket)}`, Number(concat[3])]
}

function rangeOf({ concat }: Concat) {
  return { place: placeText(concat), range: rangeText(concat[3]) }
}

function rangeText(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    const address = addressIn(value)
    return `${address}/${familyOf(address) === 4 ? 32 : 128}`
  }
  if ('prefix' in value) {
    const { addr, len } = value.prefix as { readonly addr: string; readonly len: number }
    return `${addr}/${len}`
  }
  const [first, last] = (value as { readonly range: readonly [string, string] }).range
  return `${first}-${last}`
}

function addressIn(value: unknown): Address {
  const address = parseAddress(String(value))
  if (address === undefined) throw new Error(`nft names an address that is none: ${JSON.stringify(value)}`)
  return address
}

/** The rule of the pods' own sources, where there are any; what is rewritten on its way to a Service is no masquerading. */
function masqueradesOf(
  entries: readonly Entry[],
  elements: ReadonlyMap<string, readonly unknown[]>,
): ReadonlySet<Family> {
  const rules = entries.flatMap(({ rule }) =>
    rule?.chain === 'postrouting' && rule.expr.some(step => 'masquerade' in step) ? [JSON.stringify(rule.expr)] : [],
  )
  const families = ([4, 6] as const).filter(family => {
    const sources = `pod-sources${family}`
    return (elements.get(sources)?.length ?? 0) > 0 && rules.some(text => text.includes(`"@${sources}"`))
  })
  return new Set(families)
}

function compareFrontends(a: KernelFrontend, b: KernelFrontend): number {
  return compareText(a.address, b.address) || a.port - b.port || compareText(a.protocol, b.protocol)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
