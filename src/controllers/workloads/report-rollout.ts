// How far is a Deployment: its counters, and the conditions that `kubectl rollout status` waits for.
import type { Deployment } from '../../objects/kinds/deployment.ts'
import type { ReplicaSet } from '../../objects/kinds/replica-set.ts'
import { formatTime, parseTime } from '../../objects/time.ts'
import { withCondition, withoutCondition } from '../framework/conditions.ts'
import { nonZero } from './plan-replicas.ts'
import { budgetOf, replicasOf, sum } from './plan-rollout.ts'

type Status = NonNullable<Deployment['status']>
type Condition = NonNullable<Status['conditions']>[number]

export interface RolloutReport {
  readonly status: Status
  /** When the progress deadline strikes, unless something happens before. */
  readonly againInMs?: number
}

export interface RolloutFacts {
  readonly newSet: ReplicaSet | undefined
  readonly oldSets: readonly ReplicaSet[]
  /** Set in the reconcile that created, or first found, the set of the current template. */
  readonly arrival?: 'created' | 'found'
  readonly nowMs: number
}

export function reportRollout(deployment: Deployment, facts: RolloutFacts): RolloutReport {
  const { newSet, oldSets, nowMs } = facts
  const all = newSet === undefined ? oldSets : [...oldSets, newSet]
  const available = sum(all, set => set.status?.availableReplicas ?? 0)
  const held = deployment.status
  const counters = {
    replicas: sum(all, set => set.status?.replicas ?? 0),
    updatedReplicas: newSet?.status?.replicas ?? 0,
    readyReplicas: sum(all, set => set.status?.readyReplicas ?? 0),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, sum(all, replicasOf) - available),
  }
  const before = held?.conditions ?? []
  const withAvailable = setCondition(before, availability(deployment, available), nowMs)
  const withProgress = setProgress(deployment, withAvailable, { facts, counters })
  const conditions = setFailure(withProgress, all, nowMs)
  const status: Status = {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...nonZero(counters),
    ...(held?.collisionCount === undefined ? {} : { collisionCount: held.collisionCount }),
    ...(conditions.length === 0 ? {} : { conditions }),
  }
  const deadline = deadlineMs(deployment, conditions)
  return deadline === undefined || deployment.spec?.paused
    ? { status }
    : { status, againInMs: Math.max(0, deadline - nowMs) + 1 }
}

function availability(deployment: Deployment, available: number): Condition {
  const { wanted, maxUnavailable } = budgetOf(deployment)
  return available >= wanted - maxUnavailable
    ? condition('Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.')
    : condition('Available', 'False', 'MinimumReplicasUnavailable', 'Deployment does not have minimum availability.')
}

interface Progress {
  readonly facts: RolloutFacts
  readonly counters: Readonly<Record<'replicas' | 'updatedReplicas' | 'readyReplicas' | 'availableReplicas', number>>
}

function setProgress(deployment: Deployment, conditions: readonly Condition[], progress: Progress) {
  const { facts, counters } = progress
  const { newSet, arrival, nowMs } = facts
  const spec = deployment.spec
  if (!hasDeadline(deployment)) return withoutCondition(conditions, 'Progressing')
  const held = conditions.find(({ type }) => type === 'Progressing')
  if (spec?.paused) {
    if (held?.reason === 'ProgressDeadlineExceeded') return conditions
    return setCondition(
      conditions,
      condition('Progressing', 'Unknown', 'DeploymentPaused', 'Deployment is paused'),
      nowMs,
    )
  }
  const name = newSet?.metadata.name ?? deployment.metadata.name
  const wanted = spec?.replicas ?? 1
  const isSettled = counters.updatedReplicas === wanted && counters.replicas === wanted
  if (arrival === undefined && isSettled && counters.availableReplicas === wanted && newSet !== undefined) {
    const message = `ReplicaSet "${name}" has successfully progressed.`
    return setCondition(conditions, condition('Progressing', 'True', 'NewReplicaSetAvailable', message), nowMs)
  }
  if (arrival === 'created') {
    const message = `Created new replica set "${name}"`
    return touchCondition(conditions, condition('Progressing', 'True', 'NewReplicaSetCreated', message), nowMs)
  }
  if (arrival === 'found' || held === undefined) {
    const message = newSet === undefined ? 'Deployment is progressing.' : `Found new replica set "${name}"`
    return touchCondition(conditions, condition('Progressing', 'True', 'FoundNewReplicaSet', message), nowMs)
  }
  // A finished roll-out that is merely scaled is no new roll-out.
  if (held.reason === 'NewReplicaSetAvailable' && counters.replicas === counters.updatedReplicas) return conditions
  if (held.reason === 'DeploymentPaused') {
    const resumed = condition('Progressing', 'Unknown', 'DeploymentResumed', 'Deployment is resumed')
    return touchCondition(conditions, resumed, nowMs)
  }
  if (isAhead(deployment.status, counters)) {
    const message = `ReplicaSet "${name}" is progressing.`
    return touchCondition(conditions, condition('Progressing', 'True', 'ReplicaSetUpdated', message), nowMs)
  }
  const deadline = deadlineMs(deployment, conditions)
  if (deadline !== undefined && deadline <= nowMs) {
    const message = `ReplicaSet "${name}" has timed out progressing.`
    return setCondition(conditions, condition('Progressing', 'False', 'ProgressDeadlineExceeded', message), nowMs)
  }
  return conditions
}

/** True when more is updated, ready or available, or less is old, than was last reported. */
function isAhead(held: Status | undefined, counters: Progress['counters']): boolean {
  const oldBefore = (held?.replicas ?? 0) - (held?.updatedReplicas ?? 0)
  return (
    counters.updatedReplicas > (held?.updatedReplicas ?? 0) ||
    counters.replicas - counters.updatedReplicas < oldBefore ||
    counters.readyReplicas > (held?.readyReplicas ?? 0) ||
    counters.availableReplicas > (held?.availableReplicas ?? 0)
  )
}

/** ms since the epoch; undefined when the roll-out is done, over its time already, or has no deadline. */
function deadlineMs(deployment: Deployment, conditions: readonly Condition[]): number | undefined {
  if (!hasDeadline(deployment)) return undefined
  const held = conditions.find(({ type }) => type === 'Progressing')
  if (held === undefined || held.reason === 'NewReplicaSetAvailable' || held.reason === 'ProgressDeadlineExceeded') {
    return undefined
  }
  const since = parseTime(held.lastUpdateTime)
  return since === undefined ? undefined : since + (deployment.spec?.progressDeadlineSeconds ?? 600) * 1000
}

/** The API's largest value stands for "none". */
function hasDeadline(deployment: Deployment): boolean {
  return (deployment.spec?.progressDeadlineSeconds ?? 600) !== 2 ** 31 - 1
}

function setFailure(conditions: readonly Condition[], sets: readonly ReplicaSet[], nowMs: number) {
  const failure = sets.flatMap(set => set.status?.conditions ?? []).find(({ type }) => type === 'ReplicaFailure')
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure')
  return setCondition(
    conditions,
    condition('ReplicaFailure', failure.status, failure.reason ?? '', failure.message ?? ''),
    nowMs,
  )
}

function condition(type: string, status: string, reason: string, message: string): Condition {
  return { type, status, reason, message }
}

/** Leaves a condition of the same status and reason alone, so that waiting does not look like progress. */
function setCondition(conditions: readonly Condition[], wanted: Condition, nowMs: number): readonly Condition[] {
  const held = conditions.find(({ type }) => type === wanted.type)
  return held?.status === wanted.status && held?.reason === wanted.reason && held?.message === wanted.message
    ? conditions
    : touchCondition(conditions, wanted, nowMs)
}

function touchCondition(conditions: readonly Condition[], wanted: Condition, nowMs: number): readonly Condition[] {
  const now = formatTime(nowMs)
  const set = withCondition(conditions, wanted, now)
  return set.map(item => (item.type === wanted.type ? { ...item, lastUpdateTime: now } : item))
}
