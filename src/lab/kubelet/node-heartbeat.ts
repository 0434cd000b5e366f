// How does a node stay known as alive: its object, its status, and a lease that is renewed?
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../client/clock.ts'
import { type Cidr, formatCidr } from '../../net/cidr.ts'
import { isApiError } from '../../objects/api-error.ts'
import { type Lease, leases } from '../../objects/kinds/lease.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { formatMicroTime } from '../../objects/time.ts'
import type { NodeMachine } from './node-facilities.ts'
import { isReady, type MachineFacts, nodeStatus } from './node-status.ts'

export interface LeaseTiming {
  /** Whole seconds, as the API has it. */
  readonly durationSeconds: number
  readonly renewMs: number
}

/** A dead node is seen in less than two seconds. (A real kubelet: 40 s and 10 s.) */
export const labLease: LeaseTiming = { durationSeconds: 1, renewMs: 400 }

/** An unchanged status is written again this often, as the kubelet does. */
const statusMs = 300_000
const leaseNamespace = 'kube-node-lease'

export interface HeartbeatOptions {
  readonly client: Client
  readonly clock: Clock
  readonly machine: NodeMachine
  readonly podCidrs: readonly Cidr[]
  readonly facts: MachineFacts
  readonly lease: LeaseTiming
  /** The Node as the informer has it. */
  readonly current: () => Node | undefined
  readonly report: (what: string, error: unknown) => void
}

export class NodeHeartbeat {
  readonly #options: HeartbeatOptions
  #isStopped = false
  #cancel: () => void = () => {}
  #statusAtMs = 0
  #uid: string | undefined

  constructor(options: HeartbeatOptions) {
    this.#options = options
  }

  /** Resolves when the node is there, Ready, and its lease runs. */
  async start(): Promise<void> {
    const node = await this.#ensureNode()
    this.#uid = node.metadata.uid
    await this.#writeStatus(node)
    await this.#renew()
    this.#again()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  #again(): void {
    const { clock, lease } = this.#options
    if (!this.#isStopped) this.#cancel = clock.setTimer(lease.renewMs, () => void this.#beat())
  }

  async #beat(): Promise<void> {
    const { clock, current, report, machine } = this.#options
    try {
      await this.#renew()
      const node = current()
      // Whoever took us for dead is told otherwise.
      const isDue = clock.now() - this.#statusAtMs > statusMs
      if (node !== undefined && (isDue || !isReady(node))) await this.#writeStatus(node)
      if (node === undefined && !this.#isStopped) await this.#writeStatus(await this.#ensureNode())
    } catch (error) {
      if (!this.#isStopped) report(`heartbeat of node ${machine.name}`, error)
    }
    this.#again()
  }

  async #ensureNode(): Promise<Node> {
    const { client, machine, podCidrs, facts } = this.#options
    const { name } = machine
    const known = await client.get<Node>(nodes, { name })
    const labels = {
      'kubernetes.io/hostname': name,
      'kubernetes.io/os': 'linux',
      'kubernetes.io/arch': facts.architecture,
    }
    const cidrs = podCidrs.map(formatCidr)
    const [podCIDR] = cidrs
    const spec = podCIDR === undefined ? {} : { podCIDR, podCIDRs: cidrs }
    if (known === undefined) {
      return await client.create<Node>(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec })
    }
    const isLabelled = Object.entries(labels).every(([label, value]) => known.metadata.labels?.[label] === value)
    const hasCidr = known.spec?.podCIDR !== undefined || podCIDR === undefined
    if (isLabelled && hasCidr) return known
    const patch = { ...(!isLabelled && { metadata: { labels } }), ...(!hasCidr && { spec }) }
    return await client.patch<Node>(nodes, { name }, { type: 'merge', patch })
  }

  async #writeStatus(node: Node): Promise<void> {
    const { client, clock, machine, facts } = this.#options
    const { name, addresses } = machine
    const nowMs = clock.now()
    const status = nodeStatus({ name, addresses, before: node.status }, { facts, nowMs })
    // Conditions are merged by type: those of others stay.
    await client.patch<Node>(nodes, { name }, { type: 'strategic', patch: { status } }, { subresource: 'status' })
    this.#statusAtMs = nowMs
  }

  async #renew(): Promise<void> {
    const { client, clock, machine, lease } = this.#options
    const { name } = machine
    const spec = {
      holderIdentity: name,
      leaseDurationSeconds: lease.durationSeconds,
      renewTime: formatMicroTime(clock.now()),
    }
    const key = { namespace: leaseNamespace, name }
    try {
      await client.patch<Lease>(leases, key, { type: 'merge', patch: { spec } })
    } catch (error) {
      if (!isApiError(error, 'NotFound')) throw error
      const owner = { apiVersion: 'v1', kind: 'Node', name, uid: this.#uid ?? '' }
      const object: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { ...key, ...(this.#uid !== undefined && { ownerReferences: [owner] }) },
        spec,
      }
      await client.create<Lease>(leases, object)
    }
  }
}
