// How many pods must a ReplicaSet create, or which must it delete, and what does it report?
import type { Pod } from '../../objects/kinds/pod.ts'
import type { ReplicaSet } from '../../objects/kinds/replica-set.ts'
import { formatTime } from '../../objects/time.ts'
import { withCondition, withoutCondition } from '../framework/conditions.ts'
import { availableInMs, isPodReady } from '../framework/pod-state.ts'
import { rankForDeletion } from './rank-for-deletion.ts'

export type ReplicaPlan =
  | { readonly kind: 'settled' }
  | { readonly kind: 'create'; readonly count: number }
  | { readonly kind: 'delete'; readonly pods: readonly Pod[] }

/** Never more at once than this, as upstream's burst. */
const burst = 500

/** `active` are the pods it owns that are neither finished nor going. */
export function planReplicas(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  { crowdOf, nowMs }: { readonly crowdOf: (pod: Pod) => number; readonly nowMs: number },
): ReplicaPlan {
  const surplus = active.length - (replicaSet.spec?.replicas ?? 1)
  if (surplus === 0) return { kind: 'settled' }
  if (surplus < 0) return { kind: 'create', count: Math.min(-surplus, burst) }
  const pods = rankForDeletion(active, { crowdOf, nowMs }).slice(0, Math.min(surplus, burst))
  return { kind: 'delete', pods }
}

export interface ReplicaReport {
  readonly status: NonNullable<ReplicaSet['status']>
  /** When a ready pod becomes available by time alone. */
  readonly againInMs?: number
}

export interface CreateFailure {
  readonly reason: 'FailedCreate' | 'FailedDelete'
  readonly message: string
}

export function reportReplicas(
  replicaSet: ReplicaSet,
  active: readonly Pod[],
  { nowMs, failure }: { readonly nowMs: number; readonly failure?: CreateFailure | undefined },
): ReplicaReport {
  const minReadySeconds = replicaSet.spec?.minReadySeconds ?? 0
  const templateLabels = Object.entries(replicaSet.spec?.template?.metadata?.labels ?? {})
  let ready = 0
  let available = 0
  let labelled = 0
  let againInMs: number | undefined
  for (const pod of active) {
    if (templateLabels.every(([key, value]) => pod.metadata.labels?.[key] === value)) labelled++
    if (!isPodReady(pod)) continue
    ready++
    const wait = availableInMs(pod, minReadySeconds, nowMs)
    if (wait === 0) available++
    else if (wait !== undefined) againInMs = Math.min(againInMs ?? wait, wait)
  }
  const held = replicaSet.status?.conditions ?? []
  const conditions =
    failure === undefined
      ? withoutCondition(held, 'ReplicaFailure')
      : withCondition(held, { type: 'ReplicaFailure', status: 'True', ...failure }, formatTime(nowMs))
  const status = {
    replicas: active.length,
    ...nonZero({ fullyLabeledReplicas: labelled, readyReplicas: ready, availableReplicas: available }),
    ...(replicaSet.metadata.generation === undefined ? {} : { observedGeneration: replicaSet.metadata.generation }),
    ...(conditions.length === 0 ? {} : { conditions }),
  }
  return againInMs === undefined ? { status } : { status, againInMs }
}

/** Counters that are 0 are left out of a status, as the real API does. */
export function nonZero<K extends string>(counters: Readonly<Record<K, number>>): { readonly [key in K]?: number } {
  const result: { [key in K]?: number } = {}
  for (const key in counters) if (counters[key] !== 0) result[key] = counters[key]
  return result
}
