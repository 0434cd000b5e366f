// Which pods go first when there are too many?
import type { Pod } from '../../objects/kinds/pod.ts'
import { parseTime } from '../../objects/time.ts'
import { isPodReady, readySinceMs, restartsOf } from '../framework/pod-state.ts'

/** `controller.kubernetes.io/pod-deletion-cost`: the user's own say; lower goes first. */
export const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost'

/** Ordered criteria: the first that tells two pods apart decides. Upstream's order (ActivePodsWithRanks). */
const criteria: readonly ((pod: Pod, crowd: number, nowMs: number) => number)[] = [
  // Bound to no node, then Pending, then Unknown, then Running; not ready before ready.
  pod => (pod.spec?.nodeName === undefined ? 0 : 1),
  pod => ['Pending', 'Unknown', 'Running'].indexOf(pod.status?.phase ?? 'Pending'),
  pod => (isPodReady(pod) ? 1 : 0),
  pod => deletionCostOf(pod),
  // Pods that share their node with more of their kind go first, so that what stays is spread.
  (_, crowd) => -crowd,
  // Young before old, in powers of two, so that pods of one roll-out count as equally old.
  (pod, _, nowMs) => (isPodReady(pod) ? ageClass(readySinceMs(pod), nowMs) : 0),
  pod => -restartsOf(pod),
  (pod, _, nowMs) => ageClass(parseTime(pod.metadata.creationTimestamp) ?? nowMs, nowMs),
]

/** The pods in the order in which to delete them. `crowdOf` counts the pods of the same workload on the pod's node. */
export function rankForDeletion(
  candidates: readonly Pod[],
  { crowdOf, nowMs }: { readonly crowdOf: (pod: Pod) => number; readonly nowMs: number },
): readonly Pod[] {
  const keyed = candidates.map(pod => {
    const crowd = crowdOf(pod)
    return { pod, keys: criteria.map(criterion => criterion(pod, crowd, nowMs)) }
  })
  keyed.sort((a, b) => {
    for (const [index, key] of a.keys.entries()) {
      const difference = key - (b.keys[index] ?? 0)
      if (difference !== 0) return difference
    }
    // Equal in everything: any order will do, but always the same one.
    return compareText(a.pod.metadata.uid ?? '', b.pod.metadata.uid ?? '')
  })
  return keyed.map(({ pod }) => pod)
}

function deletionCostOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCostAnnotation] ?? '0'
  return /^(0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : 0
}

function ageClass(sinceMs: number, nowMs: number): number {
  return Math.floor(Math.log2(Math.max(1, (nowMs - sinceMs) / 1000)))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
