// Rolls each Deployment's template out, one ReplicaSet after the other.
import { isApiError } from '../../objects/api-error.ts'
import { type Deployment, deployments } from '../../objects/kinds/deployment.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type ReplicaSet, replicaSets } from '../../objects/kinds/replica-set.ts'
import { keyOf } from '../../objects/object.ts'
import { matchesLabels } from '../../objects/selector.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, forManyPods, runController } from '../framework/controller.ts'
import { createEventRecorder } from '../framework/events.ts'
import { controllerOf, isControlledBy, namespaceOf, ownerUids } from '../framework/owner-references.ts'
import { isPodFinished } from '../framework/pod-state.ts'
import { createWriter, isTerminating } from '../framework/writer.ts'
import { decideClaims, orphanNamespace, settleClaims } from './claim.ts'
import {
  annotateNewSet,
  buildReplicaSet,
  findNewSet,
  nextRevision,
  planHistoryCleanup,
  revisionAnnotation,
  sizeAnnotations,
} from './plan-replica-set.ts'
import {
  isScaled,
  newSetReplicas,
  planProportionalScaling,
  planRollingStep,
  replicasOf,
  type Scaling,
} from './plan-rollout.ts'
import { reportRollout } from './report-rollout.ts'
import { isSameTemplate } from './template-hash.ts'

export function startDeployments(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const { clock } = world
  const all = world.informers.of<Deployment>(deployments)
  const sets = world.informers.of<ReplicaSet>(replicaSets)
  const allPods = world.informers.of<Pod>(pods)
  const deploymentsByNamespace = all.indexBy(namespaceOf)
  const setsByOwner = sets.indexBy(ownerUids)
  const orphans = sets.indexBy(orphanNamespace)
  const podsByOwner = allPods.indexBy(ownerUids)
  const writer = createWriter(world)
  const recorder = createEventRecorder(world, 'deployment-controller')

  async function scale(deployment: Deployment, scaling: Scaling): Promise<void> {
    for (const [set, replicas] of scaling) {
      const from = replicasOf(set)
      await writer.change(replicaSets, set, resized(deployment, set, replicas))
      if (from !== replicas) announce(deployment, set, { from, to: replicas })
    }
  }

  function announce(deployment: Deployment, set: ReplicaSet, { from, to }: { from: number; to: number }): void {
    const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${set.metadata.name} from ${from} to ${to}`
    recorder.record(deployments, deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message })
  }

  /** Takes the set of the current template, or makes it; undefined when its name is taken by another template. */
  async function ensureNewSet(deployment: Deployment, owned: readonly ReplicaSet[], held: ReplicaSet | undefined) {
    const revision = nextRevision(owned.filter(set => set !== held))
    if (held !== undefined) return writer.change(replicaSets, held, annotateNewSet(deployment, held, revision))
    const replicas = newSetReplicas(deployment, owned, 0)
    const wanted = buildReplicaSet(deployment, { replicas, revision })
    try {
      const created = await writer.create(replicaSets, wanted)
      if (replicas > 0) announce(deployment, created, { from: 0, to: replicas })
      return created
    } catch (error) {
      if (!isApiError(error, 'AlreadyExists')) throw error
      const { namespace, name } = wanted.metadata
      const rival = await world.client.get<ReplicaSet>(replicaSets, { name, ...(namespace && { namespace }) })
      if (rival === undefined) throw error
      if (isControlledBy(rival, deployment) && isSameTemplate(rival.spec?.template, deployment.spec?.template)) {
        sets.observe(rival)
        return rival
      }
      const collisionCount = (deployment.status?.collisionCount ?? 0) + 1
      await writer.changeStatus(deployments, deployment, { ...deployment.status, collisionCount })
      return undefined
    }
  }

  async function reconcile(key: string) {
    const deployment = all.items.get(key)
    if (deployment === undefined) return
    const owner = { ownerKind: deployments, owner: deployment }
    const candidates = [...setsByOwner(deployment.metadata.uid ?? ''), ...orphans(deployment.metadata.namespace ?? '')]
    const claims = decideClaims(deployment, deployment.spec?.selector, candidates)
    const owned = await settleClaims(writer, claims, { kind: replicaSets, ...owner })
    const held = findNewSet(deployment, owned)
    const facts = { newSet: held, oldSets: owned.filter(set => set !== held), nowMs: clock.now() }
    const report = async (current: Parameters<typeof reportRollout>[1]) => {
      const { status, againInMs } = reportRollout(deployment, current)
      await writer.changeStatus(deployments, all.items.get(key) ?? deployment, status)
      return againInMs === undefined ? undefined : { againInMs }
    }

    if (isTerminating(deployment)) return report(facts)
    if (deployment.spec?.paused || isScaled(deployment, owned)) {
      await scale(deployment, planProportionalScaling(deployment, held, facts.oldSets))
      await refreshSizes(deployment, owned)
      return report(facts)
    }
    if (deployment.spec?.strategy?.type === 'Recreate' && facts.oldSets.some(set => replicasOf(set) > 0)) {
      await scale(deployment, new Map(facts.oldSets.filter(set => replicasOf(set) > 0).map(set => [set, 0])))
      return report(facts)
    }
    if (deployment.spec?.strategy?.type === 'Recreate' && hasPods(facts.oldSets)) return report(facts)

    const newSet = await ensureNewSet(deployment, owned, held)
    if (newSet === undefined) return
    const arrival = held === undefined ? ('created' as const) : isFirstSeen(deployment) ? ('found' as const) : undefined
    await markRevision(deployment, newSet)
    const progress = { ...facts, newSet, ...(arrival === undefined ? {} : { arrival }) }
    const step = planRollingStep(deployment, newSet, facts.oldSets)
    await scale(deployment, step)
    if (step.size === 0) {
      const surplus = planHistoryCleanup(deployment, facts.oldSets)
      await Promise.all(surplus.map(set => writer.remove(replicaSets, set)))
    }
    return report(progress)
  }

  /** After a change of size every set carries the new one, also such as kept their replicas. */
  async function refreshSizes(deployment: Deployment, owned: readonly ReplicaSet[]): Promise<void> {
    for (const { metadata } of owned) {
      const set = sets.items.get(keyOf({ metadata }))
      if (set !== undefined && replicasOf(set) > 0) {
        await writer.change(replicaSets, set, resized(deployment, set, replicasOf(set)))
      }
    }
  }

  async function markRevision(deployment: Deployment, newSet: ReplicaSet): Promise<void> {
    const revision = newSet.metadata.annotations?.[revisionAnnotation]
    if (revision === undefined || deployment.metadata.annotations?.[revisionAnnotation] === revision) return
    const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: revision }
    await writer.change(deployments, deployment, { ...deployment, metadata: { ...deployment.metadata, annotations } })
  }

  /** Recreate waits until the last old pod is really gone, terminating ones included. */
  function hasPods(oldSets: readonly ReplicaSet[]): boolean {
    return oldSets.some(set => [...podsByOwner(set.metadata.uid ?? '')].some(pod => !isPodFinished(pod)))
  }

  return runController(world, {
    name: 'deployment',
    hold: forManyPods,
    needs: [all, sets, allPods],
    reconcile,
    subscribe: queue => [
      all.onChange(({ key }) => queue.add(key)),
      sets.onChange(({ before, after }) => {
        const owners = new Set([before, after].map(set => set && controllerOf(set)?.name))
        for (const name of owners) {
          if (name !== undefined) queue.add(`${(after ?? before)?.metadata.namespace}/${name}`)
        }
        if (after === undefined || controllerOf(after) !== undefined) return
        for (const deployment of deploymentsByNamespace(after.metadata.namespace ?? '')) {
          if (matchesLabels(deployment.spec?.selector, after.metadata.labels)) queue.add(keyOf(deployment))
        }
      }),
      // Only Recreate waits for pods, and only for their end.
      allPods.onChange(({ before, after }) => {
        if (before === undefined || (after !== undefined && !isPodFinished(after))) return
        const set = sets.items.get(`${before.metadata.namespace}/${controllerOf(before)?.name}`)
        const owner = set && controllerOf(set)
        if (owner === undefined) return
        const deployment = all.items.get(`${before.metadata.namespace}/${owner.name}`)
        if (deployment?.spec?.strategy?.type === 'Recreate') queue.add(keyOf(deployment))
      }),
    ],
  })
}

function resized(deployment: Deployment, set: ReplicaSet, replicas: number): ReplicaSet {
  const annotations = { ...set.metadata.annotations, ...sizeAnnotations(deployment) }
  return { ...set, metadata: { ...set.metadata, annotations }, ...(set.spec && { spec: { ...set.spec, replicas } }) }
}

function isFirstSeen(deployment: Deployment): boolean {
  return deployment.status?.conditions?.some(({ type }) => type === 'Progressing') !== true
}
