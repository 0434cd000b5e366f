// For how long may a pod stay on a node with NoExecute taints?
import type { Pod } from '../../objects/kinds/pod.ts'
import { parseTime } from '../../objects/time.ts'
import { type Taint, tolerates } from '../scheduling/taints.ts'

/** ms since the epoch; 'never' when the pod puts up with all of it for good. */
export function evictionTime(pod: Pod, taints: readonly Taint[], nowMs: number): number | 'never' {
  const driving = taints.filter(({ effect }) => effect === 'NoExecute')
  let earliest: number | 'never' = 'never'
  for (const taint of driving) {
    const covering = (pod.spec?.tolerations ?? []).filter(toleration => tolerates(toleration, taint))
    if (covering.length === 0) return nowMs
    const limits = covering.flatMap(({ tolerationSeconds }) => tolerationSeconds ?? [])
    // Several tolerations of one taint: the shortest that has an end counts, as upstream.
    if (limits.length === 0) continue
    const since = parseTime(taint.timeAdded) ?? nowMs
    const end = since + Math.max(0, Math.min(...limits)) * 1000
    earliest = earliest === 'never' ? end : Math.min(earliest, end)
  }
  return earliest
}
