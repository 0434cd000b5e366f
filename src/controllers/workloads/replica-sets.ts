// Keeps as many pods alive as each ReplicaSet asks for.
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type ReplicaSet, replicaSets } from '../../objects/kinds/replica-set.ts'
import { keyOf } from '../../objects/object.ts'
import { matchesLabels } from '../../objects/selector.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, forManyPods, runController } from '../framework/controller.ts'
import { createEventRecorder } from '../framework/events.ts'
import { controllerOf, namespaceOf, ownerUids } from '../framework/owner-references.ts'
import { isPodActive } from '../framework/pod-state.ts'
import { createWriter } from '../framework/writer.ts'
import { decideClaims, orphanNamespace, settleClaims } from './claim.ts'
import { type CreateFailure, planReplicas, reportReplicas } from './plan-replicas.ts'
import { createPodControl } from './pod-control.ts'

export function startReplicaSets(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const { clock, random } = world
  const sets = world.informers.of<ReplicaSet>(replicaSets)
  const allPods = world.informers.of<Pod>(pods)
  const setsByOwner = sets.indexBy(ownerUids)
  const setsByNamespace = sets.indexBy(namespaceOf)
  const podsByOwner = allPods.indexBy(ownerUids)
  const orphans = allPods.indexBy(orphanNamespace)
  const writer = createWriter(world)
  const recorder = createEventRecorder(world, 'replicaset-controller')
  const control = createPodControl(writer, { recorder, random })

  /** How many active pods of the same workload (of all ReplicaSets of its Deployment) run on each node. */
  const crowdsOf = (set: ReplicaSet): ((pod: Pod) => number) => {
    const owner = controllerOf(set)
    const family = owner === undefined ? [set] : setsByOwner(owner.uid)
    const crowds = new Map<string, number>()
    for (const member of family) {
      for (const pod of podsByOwner(member.metadata.uid ?? '')) {
        const node = pod.spec?.nodeName
        if (node !== undefined && isPodActive(pod)) crowds.set(node, (crowds.get(node) ?? 0) + 1)
      }
    }
    return pod => crowds.get(pod.spec?.nodeName ?? '') ?? 0
  }

  async function reconcile(key: string) {
    const set = sets.items.get(key)
    if (set === undefined) return
    const owner = { ownerKind: replicaSets, owner: set }
    const candidates = [...podsByOwner(set.metadata.uid ?? ''), ...orphans(set.metadata.namespace ?? '')]
    const claims = decideClaims(set, set.spec?.selector, candidates.filter(isPodActive))
    const owned = await settleClaims(writer, claims, { kind: pods, ...owner })
    let active = owned.filter(pod => !writer.isBeingRemoved(pod))
    let failure: CreateFailure | undefined
    let firstError: unknown
    if (set.metadata.deletionTimestamp === undefined) {
      const plan = planReplicas(set, active, { crowdOf: crowdsOf(set), nowMs: clock.now() })
      const outcomes =
        plan.kind === 'create'
          ? await createInWaves(plan.count, () => control.createGenerated(set.spec?.template, owner))
          : plan.kind === 'delete'
            ? await Promise.allSettled(plan.pods.map(pod => control.remove(pod, owner)))
            : []
      const failed = outcomes.find(outcome => outcome.status === 'rejected')
      if (failed !== undefined) {
        firstError = failed.reason
        const message = failed.reason instanceof Error ? failed.reason.message : String(failed.reason)
        failure = { reason: plan.kind === 'delete' ? 'FailedDelete' : 'FailedCreate', message }
      }
      // What was just created is in the cache already; what was just deleted is known to be going.
      active = [...podsByOwner(set.metadata.uid ?? '')].filter(
        pod =>
          isPodActive(pod) && !writer.isBeingRemoved(pod) && matchesLabels(set.spec?.selector, pod.metadata.labels),
      )
    }
    const report = reportReplicas(set, active, { nowMs: clock.now(), failure })
    await writer.changeStatus(replicaSets, set, report.status)
    if (firstError !== undefined) throw firstError
    if (report.againInMs !== undefined) return { againInMs: report.againInMs }
  }

  return runController(world, {
    name: 'replicaset',
    hold: forManyPods,
    needs: [sets, allPods],
    reconcile,
    subscribe: queue => [
      sets.onChange(({ key }) => queue.add(key)),
      allPods.onChange(({ before, after }) => {
        const [old, current] = [before && controllerOf(before), after && controllerOf(after)]
        for (const owner of old?.uid === current?.uid ? [current] : [old, current]) {
          if (owner?.kind === 'ReplicaSet') queue.add(`${(after ?? before)?.metadata.namespace}/${owner.name}`)
        }
        if (after === undefined || current !== undefined) return
        for (const set of setsByNamespace(after.metadata.namespace ?? '')) {
          if (matchesLabels(set.spec?.selector, after.metadata.labels)) queue.add(keyOf(set))
        }
      }),
    ],
  })
}

/** One, then two, then four …: when creation is refused (by admission, say) it is refused a few times, not hundreds. */
async function createInWaves<T>(count: number, create: () => Promise<T>): Promise<readonly PromiseSettledResult<T>[]> {
  const outcomes: PromiseSettledResult<T>[] = []
  for (let wave = 1; outcomes.length < count; wave *= 2) {
    const size = Math.min(wave, count - outcomes.length)
    const results = await Promise.allSettled(Array.from({ length: size }, create))
    outcomes.push(...results)
    if (results.some(result => result.status === 'rejected')) break
  }
  return outcomes
}
