// Keeps the numbered pods of each StatefulSet, in order and under their names.
import { type ControllerRevision, controllerRevisions } from '../../objects/kinds/controller-revision.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { type StatefulSet, statefulSets } from '../../objects/kinds/stateful-set.ts'
import { keyOf } from '../../objects/object.ts'
import { matchesLabels } from '../../objects/selector.ts'
import { type ControllerOptions, withInformers } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { createEventRecorder } from '../framework/events.ts'
import { controllerOf, namespaceOf, ownerUids } from '../framework/owner-references.ts'
import { availableInMs } from '../framework/pod-state.ts'
import { createWriter, isTerminating } from '../framework/writer.ts'
import { decideClaims, orphanNamespace, settleClaims } from './claim.ts'
import { ordinalOf, planStatefulSet, reportStatefulSet } from './plan-stateful-set.ts'
import { type PodTemplate, podFromTemplate } from './pod-from-template.ts'
import { cleanUpRevisions, ensureRevision, oldestFirst, revisionLabel, templateOf } from './revisions.ts'

export function startStatefulSets(options: ControllerOptions): Controller {
  const world = withInformers(options)
  const { clock } = world
  const sets = world.informers.of<StatefulSet>(statefulSets)
  const allPods = world.informers.of<Pod>(pods)
  const revisions = world.informers.of<ControllerRevision>(controllerRevisions)
  const setsByNamespace = sets.indexBy(namespaceOf)
  const podsByOwner = allPods.indexBy(ownerUids)
  const orphans = allPods.indexBy(orphanNamespace)
  const revisionsByOwner = revisions.indexBy(ownerUids)
  const writer = createWriter(world)
  const recorder = createEventRecorder(world, 'statefulset-controller')

  async function reconcile(key: string) {
    const set = sets.items.get(key)
    if (set === undefined) return
    const uid = set.metadata.uid ?? ''
    const candidates = [...podsByOwner(uid), ...orphans(set.metadata.namespace ?? '')]
    const mine = candidates.filter(pod => ordinalOf(set, pod) !== undefined)
    const scope = { ownerKind: statefulSets, owner: set }
    const claims = decideClaims(set, set.spec?.selector, mine)
    const owned = await settleClaims(writer, claims, { kind: pods, ...scope })
    if (isTerminating(set)) return

    const held = [...revisionsByOwner(uid)]
    const update = await ensureRevision(writer, { ...scope, held })
    const current =
      held.find(({ metadata }) => metadata.name === set.status?.currentRevision) ?? oldestFirst(held)[0] ?? update
    const minReadySeconds = set.spec?.minReadySeconds ?? 0
    const waits = owned.map(pod => availableInMs(pod, minReadySeconds, clock.now()))
    const facts = {
      updateRevision: update.metadata.name,
      isAvailable: (pod: Pod) => availableInMs(pod, minReadySeconds, clock.now()) === 0,
    }
    const going = owned.filter(pod => writer.isBeingRemoved(pod))
    if (going.length === 0) {
      const plan = planStatefulSet(set, { ...facts, pods: owned })
      for (const { ordinal, from } of plan.create) {
        const revision = from === 'current' ? current : update
        const template = templateOf(revision) ?? set.spec?.template
        await create(set, numberedPod(set, template, { ordinal, revision: revision.metadata.name }))
      }
      for (const pod of plan.remove) await remove(set, pod)
    }
    const present = [...podsByOwner(uid)].filter(
      pod => ordinalOf(set, pod) !== undefined && matchesLabels(set.spec?.selector, pod.metadata.labels),
    )
    const currentRevision = current.metadata.name
    const status = reportStatefulSet(set, { ...facts, pods: present, currentRevision, nowMs: clock.now() })
    await writer.changeStatus(statefulSets, set, status)
    const inUse = new Set(present.flatMap(pod => pod.metadata.labels?.[revisionLabel] ?? []))
    await cleanUpRevisions(
      writer,
      { ...scope, held },
      inUse.add(status.currentRevision ?? '').add(facts.updateRevision),
    )
    const soonest = Math.min(...waits.filter(wait => wait !== undefined && wait > 0).map(Number))
    return Number.isFinite(soonest) ? { againInMs: soonest } : undefined
  }

  async function create(set: StatefulSet, pod: Pod): Promise<void> {
    try {
      await writer.create(pods, pod)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      tell(
        set,
        'FailedCreate',
        `create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} failed error: ${why}`,
      )
      throw error
    }
    tell(set, 'SuccessfulCreate', `create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`)
  }

  async function remove(set: StatefulSet, pod: Pod): Promise<void> {
    await writer.remove(pods, pod)
    tell(set, 'SuccessfulDelete', `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`)
  }

  function tell(set: StatefulSet, reason: string, message: string): void {
    recorder.record(statefulSets, set, { type: reason.startsWith('Failed') ? 'Warning' : 'Normal', reason, message })
  }

  return runController(world, {
    name: 'statefulset',
    needs: [sets, allPods, revisions],
    reconcile,
    subscribe: queue => [
      sets.onChange(({ key }) => queue.add(key)),
      allPods.onChange(({ before, after }) => {
        for (const pod of [before, after]) {
          const owner = pod && controllerOf(pod)
          if (owner?.kind === 'StatefulSet') queue.add(`${pod?.metadata.namespace}/${owner.name}`)
        }
        if (after === undefined || controllerOf(after) !== undefined) return
        for (const set of setsByNamespace(after.metadata.namespace ?? '')) {
          if (ordinalOf(set, after) !== undefined && matchesLabels(set.spec?.selector, after.metadata.labels)) {
            queue.add(keyOf(set))
          }
        }
      }),
    ],
  })
}

/** A pod with the stable name, and the labels by which Services and people find it. */
export function numberedPod(
  set: StatefulSet,
  template: PodTemplate | undefined,
  { ordinal, revision }: { readonly ordinal: number; readonly revision: string },
): Pod {
  const name = `${set.metadata.name}-${ordinal}`
  const labels = {
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': `${ordinal}`,
    [revisionLabel]: revision,
  }
  const pod = podFromTemplate(template, { name, labels }, { ownerKind: statefulSets, owner: set })
  const claims = (set.spec?.volumeClaimTemplates ?? []).map(({ metadata }) => metadata?.name ?? '')
  const volumes = [
    ...(pod.spec?.volumes ?? []).filter(volume => !claims.includes(volume.name)),
    ...claims.map(claim => ({ name: claim, persistentVolumeClaim: { claimName: `${claim}-${name}` } })),
  ]
  const subdomain = set.spec?.serviceName
  return {
    ...pod,
    spec: {
      containers: [],
      ...pod.spec,
      hostname: name,
      ...(subdomain === undefined || subdomain === '' ? {} : { subdomain }),
      ...(volumes.length === 0 ? {} : { volumes }),
    },
  }
}
