// Keeps one pod of each DaemonSet on every node that should have one.
import { type ControllerRevision, controllerRevisions } from '../../objects/kinds/controller-revision.ts'
import { type DaemonSet, daemonSets } from '../../objects/kinds/daemon-set.ts'
import { type Node, nodes } from '../../objects/kinds/node.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { keyOf } from '../../objects/object.ts'
import { matchesLabels } from '../../objects/selector.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { createEventRecorder } from '../framework/events.ts'
import { controllerOf, namespaceOf, ownerUids } from '../framework/owner-references.ts'
import { availableInMs } from '../framework/pod-state.ts'
import { createWriter, isTerminating } from '../framework/writer.ts'
import { decideClaims, orphanNamespace, settleClaims } from './claim.ts'
import { planDaemonSet, podForNode, reportDaemonSet } from './plan-daemon-set.ts'
import { createPodControl } from './pod-control.ts'
import { cleanUpRevisions, ensureRevision, hashOf, revisionLabel } from './revisions.ts'

export function startDaemonSets(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const { clock, random } = world
  const sets = world.informers.of<DaemonSet>(daemonSets)
  const allPods = world.informers.of<Pod>(pods)
  const allNodes = world.informers.of<Node>(nodes)
  const revisions = world.informers.of<ControllerRevision>(controllerRevisions)
  const setsByNamespace = sets.indexBy(namespaceOf)
  const podsByOwner = allPods.indexBy(ownerUids)
  const orphans = allPods.indexBy(orphanNamespace)
  const revisionsByOwner = revisions.indexBy(ownerUids)
  const writer = createWriter(world)
  const recorder = createEventRecorder(world, 'daemonset-controller')
  const control = createPodControl(writer, { recorder, random })

  async function reconcile(key: string) {
    const set = sets.items.get(key)
    if (set === undefined) return
    const uid = set.metadata.uid ?? ''
    const scope = { ownerKind: daemonSets, owner: set }
    const candidates = [...podsByOwner(uid), ...orphans(set.metadata.namespace ?? '')]
    const owned = await settleClaims(writer, decideClaims(set, set.spec?.selector, candidates), {
      kind: pods,
      ...scope,
    })
    if (isTerminating(set)) return

    const held = [...revisionsByOwner(uid)]
    const revision = await ensureRevision(writer, { ...scope, held })
    const hash = hashOf(revision)
    const facts = { nodes: [...allNodes.items.values()], hash, nowMs: clock.now() }
    let failure: PromiseRejectedResult | undefined
    // A pod whose deletion is on its way still stands on its node; its successor waits for the word that it went.
    if (!owned.some(pod => writer.isBeingRemoved(pod))) {
      const plan = planDaemonSet(set, { ...facts, pods: owned })
      const labels = { [revisionLabel]: hash }
      const outcomes = await Promise.allSettled([
        ...plan.create.map(name =>
          control.createGenerated(set.spec?.template, scope, { labels, adapt: pod => podForNode(pod, name) }),
        ),
        ...plan.remove.map(pod => control.remove(pod, scope)),
      ])
      failure = outcomes.find(outcome => outcome.status === 'rejected')
    }
    const present = [...podsByOwner(uid)].filter(
      pod => matchesLabels(set.spec?.selector, pod.metadata.labels) && !writer.isBeingRemoved(pod),
    )
    await writer.changeStatus(daemonSets, set, reportDaemonSet(set, { ...facts, pods: present }))
    const inUse = new Set(present.map(pod => `${set.metadata.name}-${pod.metadata.labels?.[revisionLabel]}`))
    await cleanUpRevisions(writer, { ...scope, held }, inUse.add(revision.metadata.name))
    if (failure !== undefined) throw failure.reason
    const waits = present
      .map(pod => availableInMs(pod, set.spec?.minReadySeconds ?? 0, clock.now()))
      .filter(wait => wait !== undefined && wait > 0)
    return waits.length === 0 ? undefined : { againInMs: Math.min(...waits.map(Number)) }
  }

  return runController(world, {
    name: 'daemonset',
    needs: [sets, allPods, allNodes, revisions],
    reconcile,
    subscribe: queue => [
      sets.onChange(({ key }) => queue.add(key)),
      allPods.onChange(({ before, after }) => {
        for (const pod of [before, after]) {
          const owner = pod && controllerOf(pod)
          if (owner?.kind === 'DaemonSet') queue.add(`${pod?.metadata.namespace}/${owner.name}`)
        }
        if (after === undefined || controllerOf(after) !== undefined) return
        for (const set of setsByNamespace(after.metadata.namespace ?? '')) {
          if (matchesLabels(set.spec?.selector, after.metadata.labels)) queue.add(keyOf(set))
        }
      }),
      allNodes.onChange(({ before, after }) => {
        if (before !== undefined && after !== undefined && isSamePlace(before, after)) return
        for (const key of sets.items.keys()) queue.add(key)
      }),
    ],
  })
}

/** Only labels and taints decide whether a daemon runs on a node. */
function isSamePlace(before: Node, after: Node): boolean {
  const view = ({ metadata, spec }: Node) => JSON.stringify([metadata.labels, spec?.taints])
  return view(before) === view(after)
}
