// Gives every pod without a node one, or tells the user why there is none.
import { isApiError } from '../../objects/api-error.ts'
import { type Namespace, namespaces } from '../../objects/kinds/namespace.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { formatTime } from '../../objects/time.ts'
import { withCondition } from '../framework/conditions.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { createEventRecorder } from '../framework/events.ts'
import { isPodFinished, isPodTerminating } from '../framework/pod-state.ts'
import { addressOf, createWriter } from '../framework/writer.ts'
import { chooseNode } from './choose-node.ts'
import { ClusterState } from './cluster-state.ts'

const ownName = 'default-scheduler'

export function startScheduler(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const allPods = world.informers.of<Pod>(pods)
  const allNodes = world.informers.of<Node>(nodes)
  const allNamespaces = world.informers.of<Namespace>(namespaces)
  const writer = createWriter(world)
  const recorder = createEventRecorder(world, ownName)
  const cluster = new ClusterState()
  /** Keys of pods that no node would take; tried again when something about the cluster changes. */
  const unplaced = new Set<string>()

  async function reconcile(key: string): Promise<void> {
    const pod = allPods.items.get(key)
    if (pod === undefined || !isWaiting(pod)) return
    if ((pod.spec?.schedulingGates ?? []).length > 0) {
      await explain(pod, 'SchedulingGated', 'Scheduling is blocked due to non-empty scheduling gates')
      return
    }
    const choice = chooseNode(cluster, pod, name => allNamespaces.items.get(name)?.metadata.labels)
    if (choice.kind === 'none') {
      unplaced.add(key)
      recorder.record(pods, pod, { type: 'Warning', reason: 'FailedScheduling', message: choice.message })
      await explain(pod, 'Unschedulable', choice.message)
      return
    }
    // The place counts as taken at once: the next pod is decided before this one's binding is stored.
    cluster.setPod(key, { ...pod, spec: { containers: [], ...pod.spec, nodeName: choice.name } })
    try {
      await bind(pod, choice.name)
    } catch (error) {
      const current = allPods.items.get(key)
      if (current === undefined) cluster.removePod(key)
      else cluster.setPod(key, current)
      if (isApiError(error, 'NotFound')) return
      throw error
    }
    const message = `Successfully assigned ${key} to ${choice.name}`
    recorder.record(pods, pod, { type: 'Normal', reason: 'Scheduled', message })
  }

  async function bind(pod: Pod, nodeName: string): Promise<void> {
    const { uid, resourceVersion } = pod.metadata
    // The uid keeps the decision from a pod that was recreated under the name, the version from one bound by another hand.
    const patch = { metadata: { uid, resourceVersion }, spec: { nodeName } }
    const bound = await world.client.patch<Pod>(pods, addressOf(pod), { type: 'merge', patch })
    allPods.observe(bound)
  }

  async function explain(pod: Pod, reason: string, message: string): Promise<void> {
    const wanted = { type: 'PodScheduled', status: 'False', reason, message }
    const conditions = withCondition(pod.status?.conditions ?? [], wanted, formatTime(world.clock.now()))
    await writer.changeStatus(pods, pod, { ...pod.status, conditions })
  }

  return runController(world, {
    name: 'scheduler',
    needs: [allPods, allNodes, allNamespaces],
    reconcile,
    subscribe: queue => {
      const retry = () => {
        for (const key of unplaced) queue.add(key)
        unplaced.clear()
      }
      return [
        allPods.onChange(({ key, before, after }) => {
          if (after === undefined) {
            cluster.removePod(key)
            unplaced.delete(key)
          } else {
            if (before !== undefined && before.metadata.uid !== after.metadata.uid) cluster.removePod(key)
            // An event from before our binding must not free the place that was just taken.
            if (after.spec?.nodeName || isPodFinished(after)) cluster.setPod(key, after)
            if (isWaiting(after) && !unplaced.has(key)) queue.add(key)
          }
          // Room was made, or someone to be near to has come.
          const wasPlaced = Boolean(before?.spec?.nodeName)
          const isPlaced = after !== undefined && Boolean(after.spec?.nodeName) && !isPodFinished(after)
          if (unplaced.size > 0 && wasPlaced !== isPlaced) retry()
        }),
        allNodes.onChange(({ before, after }) => {
          if (after === undefined) cluster.removeNode(before?.metadata.name ?? '')
          else cluster.setNode(after)
          if (unplaced.size > 0 && (before === undefined || after === undefined || isOtherPlace(before, after))) retry()
        }),
      ]
    },
  })
}

function isWaiting(pod: Pod): boolean {
  return (
    !pod.spec?.nodeName &&
    (pod.spec?.schedulerName ?? ownName) === ownName &&
    !isPodTerminating(pod) &&
    !isPodFinished(pod)
  )
}

/** Heartbeats change a node's status all the time; only these parts decide about pods. */
function isOtherPlace(before: Node, after: Node): boolean {
  const view = ({ metadata, spec, status }: Node) =>
    JSON.stringify([metadata.labels, spec?.taints, spec?.unschedulable, status?.allocatable])
  return view(before) !== view(after)
}
