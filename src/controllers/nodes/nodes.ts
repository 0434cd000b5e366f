// Notices nodes that have fallen silent, says so to everyone, and in the end moves their pods away.
import { isApiError } from '../../objects/api-error.ts'
import { isTrue } from '../../objects/conditions.ts'
import { type Lease, leases } from '../../objects/kinds/lease.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { formatTime } from '../../objects/time.ts'
import { withCondition } from '../framework/conditions.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { createEventRecorder } from '../framework/events.ts'
import { isPodReady, isPodTerminating, nodeNameOf } from '../framework/pod-state.ts'
import { createWriter } from '../framework/writer.ts'
import { evictionTime } from './judge-eviction.ts'
import { silentConditions, wantedTaints } from './judge-node.ts'

export interface NodesOptions extends ControllerOptions {
  /** A node that has renewed neither its Lease nor its status for so long is not ready; default 40,000. */
  readonly graceMs?: number
}

const leaseNamespace = 'kube-node-lease'
const defaultGraceMs = 40_000
/**
 * A node found silent gets this long again. When this process itself was held up, the sign of life may be waiting behind our own
 * timer, and a whole cluster must not be taken for dead because of that.
 */
const secondLookMs = 250

export function startNodes(options: NodesOptions): Controller {
  const world = withInformers(options)
  const { clock } = world
  const graceMs = options.graceMs ?? defaultGraceMs
  const allNodes = world.informers.of<Node>(nodes)
  const allPods = world.informers.of<Pod>(pods)
  const allLeases = world.informers.of<Lease>(leases)
  const podsByNode = allPods.indexBy(nodeNameOf)
  const writer = createWriter(world)
  const recorder = createEventRecorder(world, 'node-controller')
  /** When a sign of life was last seen, by our own clock: those of the nodes may be wrong. */
  const heardAt = new Map<string, number>()
  /** When a node was first found silent; forgotten with its next sign of life. */
  const suspectedAt = new Map<string, number>()
  /** When a bound pod's node was first found missing. */
  const missingSince = new Map<string, number>()

  async function reconcile(name: string) {
    const node = allNodes.items.get(name)
    if (node === undefined) return removeStrays(name)
    missingSince.delete(name)
    const nowMs = clock.now()
    const silentForMs = nowMs - hear(name, nowMs)
    const isSilent = silentForMs > graceMs
    if (isSilent) {
      const suspectedAtMs = suspectedAt.get(name) ?? nowMs
      suspectedAt.set(name, suspectedAtMs)
      const leftMs = suspectedAtMs + secondLookMs - nowMs
      if (leftMs > 0) return { againInMs: leftMs }
    }
    const current = isSilent ? await silence(node) : node
    await taint(current)
    if (!isTrue(current.status?.conditions, 'Ready')) await quieten(name)
    const next = await evict(name, wantedTaints(current, nowMs))
    const checks = [next, isSilent ? undefined : graceMs - silentForMs + 1].filter(time => time !== undefined)
    return checks.length === 0 ? undefined : { againInMs: Math.min(...checks) }
  }

  function hear(name: string, nowMs: number): number {
    const at = heardAt.get(name) ?? nowMs
    heardAt.set(name, at)
    return at
  }

  function heard(name: string): void {
    heardAt.set(name, clock.now())
    suspectedAt.delete(name)
  }

  async function silence(node: Node): Promise<Node> {
    const before = node.status?.conditions ?? []
    const conditions = silentConditions(before, clock.now())
    if (conditions === before) return node
    const message = `Node ${node.metadata.name} status is now: NodeNotReady`
    recorder.record(nodes, node, { type: 'Normal', reason: 'NodeNotReady', message })
    return writer.changeStatus(nodes, node, { ...node.status, conditions })
  }

  async function taint(node: Node): Promise<void> {
    const taints = wantedTaints(node, clock.now())
    const { taints: _, ...spec } = node.spec ?? {}
    await writer.change(nodes, node, { ...node, spec: { ...spec, ...(taints.length === 0 ? {} : { taints }) } })
  }

  /** Nobody can vouch for the pods of such a node, so traffic leaves them at once. */
  async function quieten(name: string): Promise<void> {
    const now = formatTime(clock.now())
    await Promise.all(
      [...podsByNode(name)].filter(isPodReady).map(async pod => {
        const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')
        const wanted = { ...ready, type: 'Ready', status: 'False' }
        const conditions = withCondition(pod.status?.conditions ?? [], wanted, now)
        await ignoreGone(writer.changeStatus(pods, pod, { ...pod.status, conditions }))
        recorder.record(pods, pod, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' })
      }),
    )
  }

  /** Returns when the next pod's time is over, in ms from now. */
  async function evict(name: string, taints: ReturnType<typeof wantedTaints>): Promise<number | undefined> {
    if (!taints.some(({ effect }) => effect === 'NoExecute')) return undefined
    const nowMs = clock.now()
    let next: number | undefined
    for (const pod of podsByNode(name)) {
      if (isPodTerminating(pod) || writer.isBeingRemoved(pod)) continue
      const at = evictionTime(pod, taints, nowMs)
      if (at === 'never') continue
      if (at > nowMs) {
        next = Math.min(next ?? at - nowMs, at - nowMs)
        continue
      }
      const message = `Marking for deletion Pod ${pod.metadata.namespace}/${pod.metadata.name}`
      recorder.record(pods, pod, { type: 'Normal', reason: 'TaintManagerEviction', message })
      await writer.remove(pods, pod)
    }
    return next
  }

  /** Pods of a node that was taken out of the cluster have nobody who could stop them properly. */
  async function removeStrays(name: string) {
    const strays = name === '' ? [] : [...podsByNode(name)]
    if (strays.length === 0) {
      missingSince.delete(name)
      return
    }
    const since = missingSince.get(name) ?? clock.now()
    missingSince.set(name, since)
    const leftMs = since + graceMs - clock.now()
    // A node that registers itself anew keeps its pods.
    if (leftMs > 0) return { againInMs: leftMs }
    await Promise.all(strays.map(pod => writer.remove(pods, pod, { gracePeriodSeconds: 0 })))
  }

  return runController(world, {
    name: 'node',
    needs: [allNodes, allPods, allLeases],
    reconcile,
    subscribe: queue => [
      allNodes.onChange(({ key, before, after }) => {
        if (after === undefined) {
          heardAt.delete(key)
          suspectedAt.delete(key)
        } else if (before === undefined || heartbeatOf(before) !== heartbeatOf(after)) heard(key)
        queue.add(key)
      }),
      allLeases.onChange(({ before, after }) => {
        if (after === undefined || after.metadata.namespace !== leaseNamespace) return
        if (before?.spec?.renewTime === after.spec?.renewTime && before !== undefined) return
        heard(after.metadata.name)
        // Renewals come all the time; only one after a silence is news, and the node's own report follows it.
      }),
      allPods.onChange(({ before, after }) => {
        const name = after?.spec?.nodeName
        if (name === undefined || before?.spec?.nodeName === name) return
        const node = allNodes.items.get(name)
        // A pod that has just come to a node without faults needs nothing of this controller.
        if (node === undefined || (node.spec?.taints ?? []).length > 0) queue.add(name)
      }),
    ],
  })
}

/** The kubelet's own report; what this controller writes itself is no sign of life. */
function heartbeatOf(node: Node): string | undefined {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime
}

async function ignoreGone(write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (!isApiError(error, 'NotFound')) throw error
  }
}
