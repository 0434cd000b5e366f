// Which ReplicaSet of a Deployment gets how many replicas next?
import type { Deployment } from '../../objects/kinds/deployment.ts'
import type { ReplicaSet } from '../../objects/kinds/replica-set.ts'
import { parseTime } from '../../objects/time.ts'
import { resolveIntOrPercent } from './int-or-percent.ts'

export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maxAnnotation = 'deployment.kubernetes.io/max-replicas'

/** The wanted `spec.replicas` of the ReplicaSets that must change; the others stay as they are. */
export type Scaling = ReadonlyMap<ReplicaSet, number>

export interface Budget {
  readonly wanted: number
  readonly maxSurge: number
  readonly maxUnavailable: number
}

export function budgetOf(deployment: Deployment): Budget {
  const wanted = deployment.spec?.replicas ?? 1
  const strategy = deployment.spec?.strategy
  if (strategy?.type === 'Recreate') return { wanted, maxSurge: 0, maxUnavailable: 0 }
  const maxSurge = resolveIntOrPercent(strategy?.rollingUpdate?.maxSurge ?? '25%', wanted, 'up') ?? 0
  const unavailable = resolveIntOrPercent(strategy?.rollingUpdate?.maxUnavailable ?? '25%', wanted, 'down') ?? 0
  // Both 0 (1% of 3, say) would stand still for ever; upstream lets one pod go then.
  const maxUnavailable = maxSurge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, wanted)
  return { wanted, maxSurge, maxUnavailable }
}

export function replicasOf(set: ReplicaSet): number {
  return set.spec?.replicas ?? 1
}

export function sum(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number {
  return sets.reduce((total, set) => total + count(set), 0)
}

const availableOf = (set: ReplicaSet) => set.status?.availableReplicas ?? 0

export function createdMs(set: ReplicaSet): number {
  return parseTime(set.metadata.creationTimestamp) ?? 0
}

/** How many replicas a ReplicaSet of the current template starts with, or grows to. */
export function newSetReplicas(deployment: Deployment, sets: readonly ReplicaSet[], current: number): number {
  const { wanted, maxSurge } = budgetOf(deployment)
  if (deployment.spec?.strategy?.type === 'Recreate' || current > wanted) return wanted
  const room = wanted + maxSurge - sum(sets, replicasOf)
  return room <= 0 ? current : current + Math.min(room, wanted - current)
}

/** One step of a rolling update: grow the new set when there is room, otherwise shrink the old ones. */
export function planRollingStep(deployment: Deployment, newSet: ReplicaSet, oldSets: readonly ReplicaSet[]): Scaling {
  const all = [...oldSets, newSet]
  const grown = newSetReplicas(deployment, all, replicasOf(newSet))
  if (grown !== replicasOf(newSet)) return new Map([[newSet, grown]])
  if (sum(oldSets, replicasOf) === 0) return new Map()

  const { wanted, maxUnavailable } = budgetOf(deployment)
  const minAvailable = wanted - maxUnavailable
  const newUnavailable = replicasOf(newSet) - availableOf(newSet)
  const mayGo = sum(all, replicasOf) - minAvailable - newUnavailable
  if (mayGo <= 0) return new Map()

  const plan = new Map<ReplicaSet, number>()
  const planned = (set: ReplicaSet) => plan.get(set) ?? replicasOf(set)
  const oldestFirst = oldSets.toSorted((a, b) => createdMs(a) - createdMs(b))

  // Broken pods of old sets serve nobody: they go first, and cost no availability.
  let gone = 0
  for (const set of oldestFirst) {
    const broken = Math.min(mayGo - gone, replicasOf(set) - availableOf(set))
    if (broken <= 0) continue
    plan.set(set, replicasOf(set) - broken)
    gone += broken
  }
  let spare = sum(all, availableOf) - minAvailable
  for (const set of oldestFirst) {
    const healthy = Math.min(spare, planned(set))
    if (healthy <= 0) continue
    plan.set(set, planned(set) - healthy)
    spare -= healthy
  }
  return plan
}

/**
 * The Deployment's size changed in the middle of a roll-out, or while it is paused: every set shares in it by its size,
 * so that the risk stays spread as it was.
 */
export function planProportionalScaling(
  deployment: Deployment,
  newSet: ReplicaSet | undefined,
  oldSets: readonly ReplicaSet[],
): Scaling {
  const { wanted, maxSurge } = budgetOf(deployment)
  const all = newSet === undefined ? oldSets : [...oldSets, newSet]
  const active = all.filter(set => replicasOf(set) > 0)
  const latest = newSet ?? oldSets.toSorted((a, b) => createdMs(b) - createdMs(a))[0]
  const only = active.length === 0 ? latest : active.length === 1 ? active[0] : undefined
  if (only !== undefined) return replicasOf(only) === wanted ? new Map() : new Map([[only, wanted]])
  if (newSet !== undefined && isSaturated(newSet, wanted)) {
    return new Map(oldSets.filter(set => replicasOf(set) > 0).map(set => [set, 0]))
  }
  if (deployment.spec?.strategy?.type === 'Recreate') return new Map()

  const allowed = wanted > 0 ? wanted + maxSurge : 0
  const toAdd = allowed - sum(active, replicasOf)
  if (toAdd === 0) return new Map()
  const order = active.toSorted(
    (a, b) => replicasOf(b) - replicasOf(a) || (toAdd > 0 ? createdMs(b) - createdMs(a) : createdMs(a) - createdMs(b)),
  )
  const plan = new Map<ReplicaSet, number>()
  let added = 0
  for (const set of order) {
    const share = shareOf(set, wanted, maxSurge)
    const left = toAdd - added
    const portion = toAdd > 0 ? Math.min(Math.max(share, 0), left) : Math.max(Math.min(share, 0), left)
    plan.set(set, replicasOf(set) + portion)
    added += portion
  }
  const largest = order[0]
  if (largest !== undefined && added !== toAdd) {
    plan.set(largest, Math.max(0, (plan.get(largest) ?? 0) + toAdd - added))
  }
  for (const [set, replicas] of plan) if (replicas === replicasOf(set)) plan.delete(set)
  return plan
}

/** True when the Deployment was scaled since its sets were last sized. */
export function isScaled(deployment: Deployment, sets: readonly ReplicaSet[]): boolean {
  const wanted = String(deployment.spec?.replicas ?? 1)
  return sets.some(set => {
    const annotated = set.metadata.annotations?.[desiredAnnotation]
    return replicasOf(set) > 0 && annotated !== undefined && annotated !== wanted
  })
}

function isSaturated(set: ReplicaSet, wanted: number): boolean {
  const annotated = set.metadata.annotations?.[desiredAnnotation]
  return replicasOf(set) === wanted && annotated === String(wanted) && availableOf(set) === wanted
}

function shareOf(set: ReplicaSet, wanted: number, maxSurge: number): number {
  if (wanted === 0) return -replicasOf(set)
  const annotated = Number(set.metadata.annotations?.[maxAnnotation] ?? Number.NaN)
  const before = annotated > 0 ? annotated : wanted + maxSurge
  return Math.round((replicasOf(set) * (wanted + maxSurge)) / before) - replicasOf(set)
}
