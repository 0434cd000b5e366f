// Which one pod of a StatefulSet is made or unmade next, so that order and identity are kept?
import type { Pod } from '../../objects/kinds/pod.ts'
import type { StatefulSet } from '../../objects/kinds/stateful-set.ts'
import { isPodAvailable, isPodFinished, isPodReady, isPodTerminating } from '../framework/pod-state.ts'
import { resolveIntOrPercent } from './int-or-percent.ts'
import { revisionLabel } from './revisions.ts'

export interface StatefulPlan {
  /** Ordinals to create, each from the present or the new template. */
  readonly create: readonly { readonly ordinal: number; readonly from: 'current' | 'update' }[]
  readonly remove: readonly Pod[]
}

export interface StatefulFacts {
  /** The pods of the set, whatever their state. */
  readonly pods: readonly Pod[]
  readonly updateRevision: string
  readonly isAvailable: (pod: Pod) => boolean
}

/** `web-3` of set `web` is 3; undefined for names that the set does not give. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`
  const rest = pod.metadata.name.startsWith(prefix) ? pod.metadata.name.slice(prefix.length) : ''
  return /^(0|[1-9]\d*)$/.test(rest) ? Number(rest) : undefined
}

export function planStatefulSet(set: StatefulSet, facts: StatefulFacts): StatefulPlan {
  const start = set.spec?.ordinals?.start ?? 0
  const end = start + (set.spec?.replicas ?? 1)
  const isOrdered = set.spec?.podManagementPolicy !== 'Parallel'
  const byOrdinal = new Map(facts.pods.map(pod => [ordinalOf(set, pod) ?? -1, pod]))
  const plan = { create: [] as { ordinal: number; from: 'current' | 'update' }[], remove: [] as Pod[] }
  const isHealthy = (pod: Pod) => facts.isAvailable(pod) && !isPodTerminating(pod)

  for (let ordinal = start; ordinal < end; ordinal++) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined) {
      plan.create.push({ ordinal, from: isCurrentWanted(set, ordinal) ? 'current' : 'update' })
    } else if (isPodFinished(pod) && !isPodTerminating(pod)) {
      // The name is needed: a pod that has ended makes way for its successor.
      plan.remove.push(pod)
    } else if (isHealthy(pod)) {
      continue
    }
    if (isOrdered) return plan
  }
  if (plan.create.length + plan.remove.length > 0) return plan

  const surplus = [...byOrdinal].filter(([ordinal]) => ordinal < start || ordinal >= end).sort(([a], [b]) => b - a)
  if (surplus.length > 0) {
    const removable = surplus.map(([, pod]) => pod).filter(pod => !isPodTerminating(pod))
    if (!isOrdered) return { create: [], remove: removable }
    // From the highest down, one after the other.
    return { create: [], remove: removable.length === surplus.length ? removable.slice(0, 1) : [] }
  }
  return { create: [], remove: planUpdate(set, { ...facts, byOrdinal, start, end }) }
}

interface UpdateFacts extends StatefulFacts {
  readonly byOrdinal: ReadonlyMap<number, Pod>
  readonly start: number
  readonly end: number
}

/** From the highest ordinal down to the partition, waiting for each replacement before the next. */
function planUpdate(set: StatefulSet, { byOrdinal, start, end, updateRevision, isAvailable }: UpdateFacts): Pod[] {
  const strategy = set.spec?.updateStrategy
  if (strategy?.type === 'OnDelete') return []
  const first = start + (strategy?.rollingUpdate?.partition ?? 0)
  const wanted = resolveIntOrPercent(strategy?.rollingUpdate?.maxUnavailable ?? 1, set.spec?.replicas ?? 1, 'up') ?? 1
  const limit = Math.max(1, wanted)
  const remove: Pod[] = []
  let unavailable = [...byOrdinal.values()].filter(pod => !isAvailable(pod) || isPodTerminating(pod)).length
  for (let ordinal = end - 1; ordinal >= first; ordinal--) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined || pod.metadata.labels?.[revisionLabel] === updateRevision || isPodTerminating(pod)) continue
    const isBroken = !isAvailable(pod)
    if (!isBroken && unavailable >= limit) break
    remove.push(pod)
    if (!isBroken) unavailable++
    if (remove.length >= limit) break
  }
  return remove
}

/** A pod below the partition keeps the present template also when it has to be made anew. */
function isCurrentWanted(set: StatefulSet, ordinal: number): boolean {
  const strategy = set.spec?.updateStrategy
  if (strategy?.type === 'OnDelete') return false
  const start = set.spec?.ordinals?.start ?? 0
  const partition = strategy?.rollingUpdate?.partition
  return ordinal < start + (partition ?? set.status?.currentReplicas ?? 0)
}

export interface StatefulReport extends StatefulFacts {
  readonly currentRevision: string
  readonly nowMs: number
}

export function reportStatefulSet(set: StatefulSet, report: StatefulReport): NonNullable<StatefulSet['status']> {
  const wanted = set.spec?.replicas ?? 1
  const existing = report.pods.filter(pod => !isPodFinished(pod))
  const count = (matches: (pod: Pod) => boolean) => existing.filter(matches).length
  const isOf = (revision: string) => (pod: Pod) =>
    pod.metadata.labels?.[revisionLabel] === revision && !isPodTerminating(pod)
  const updated = count(isOf(report.updateRevision))
  const ready = count(pod => isPodReady(pod) && !isPodTerminating(pod))
  // The update is through once every pod is of the new template and ready; the new is then the current one.
  const isThrough =
    set.spec?.updateStrategy?.type !== 'OnDelete' &&
    updated === wanted &&
    ready === wanted &&
    existing.length === wanted
  const currentRevision = isThrough ? report.updateRevision : report.currentRevision
  return {
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    replicas: existing.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    availableReplicas: count(
      pod => isPodAvailable(pod, set.spec?.minReadySeconds ?? 0, report.nowMs) && !isPodTerminating(pod),
    ),
    currentReplicas: count(isOf(currentRevision)),
    updatedReplicas: updated,
    currentRevision,
    updateRevision: report.updateRevision,
    collisionCount: set.status?.collisionCount ?? 0,
  }
}
