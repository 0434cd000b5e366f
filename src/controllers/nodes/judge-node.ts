// Is a node alive, and what does the rest of the cluster have to know if not?
import type { Node } from '../../objects/kinds/node.ts'
import { formatTime } from '../../objects/time.ts'
import { withCondition } from '../framework/conditions.ts'
import type { Taint } from '../scheduling/taints.ts'

type Conditions = NonNullable<NonNullable<Node['status']>['conditions']>

const heartbeatConditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'] as const
export const unreachable = 'node.kubernetes.io/unreachable'
export const notReady = 'node.kubernetes.io/not-ready'
export const unschedulable = 'node.kubernetes.io/unschedulable'
const ownTaints = new Set<string>([unreachable, notReady, unschedulable])

/** The conditions of a node from which nothing was heard for too long. */
export function silentConditions(held: Conditions, nowMs: number): Conditions {
  const now = formatTime(nowMs)
  return heartbeatConditions.reduce<Conditions>((conditions, type) => {
    const posted = conditions.find(condition => condition.type === type)
    const wanted =
      posted === undefined || posted.reason === 'NodeStatusNeverUpdated'
        ? { type, status: 'Unknown', reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' }
        : { ...posted, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' }
    return withCondition(conditions, wanted, now)
  }, held)
}

/** The taints that follow from the node's condition; those of other origin stay as they are. */
export function wantedTaints(node: Node, nowMs: number): readonly Taint[] {
  const held = node.spec?.taints ?? []
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status
  const wanted: Taint[] = []
  const key = ready === 'True' ? undefined : ready === 'False' ? notReady : unreachable
  // A node that has not reported yet is not ready, but nobody has waited for it in vain.
  if (key !== undefined) {
    wanted.push({ key: ready === undefined ? notReady : key, effect: 'NoSchedule' })
    if (ready !== undefined) wanted.push({ key, effect: 'NoExecute', timeAdded: formatTime(nowMs) })
  }
  if (node.spec?.unschedulable) wanted.push({ key: unschedulable, effect: 'NoSchedule' })
  const kept = wanted.map(taint => held.find(item => item.key === taint.key && item.effect === taint.effect) ?? taint)
  return [...held.filter(taint => !ownTaints.has(taint.key)), ...kept]
}
