// What can be said of a pod at a glance: is it alive, ready, available, on its way out?
import { isTrue } from '../../objects/conditions.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { parseTime } from '../../objects/time.ts'

export function podCondition(pod: Pod, type: string) {
  return pod.status?.conditions?.find(condition => condition.type === type)
}

export function isPodReady(pod: Pod): boolean {
  return isTrue(pod.status?.conditions, 'Ready')
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  return availableInMs(pod, minReadySeconds, nowMs) === 0
}

/** 0 when available now; undefined when it is not ready, so that no time will make it available. */
export function availableInMs(pod: Pod, minReadySeconds: number, nowMs: number): number | undefined {
  const ready = podCondition(pod, 'Ready')
  if (ready?.status !== 'True') return undefined
  if (minReadySeconds <= 0) return 0
  const since = parseTime(ready.lastTransitionTime)
  return since === undefined ? undefined : Math.max(0, since + minReadySeconds * 1000 - nowMs)
}

/** Its containers have ended for good. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

export function isPodTerminating(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined
}

/** Counts for its owner: neither finished nor on its way out. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && !isPodTerminating(pod)
}

/** Index value of a cache: the node it is bound to; '' while it is bound to none. */
export function nodeNameOf(pod: Pod): readonly string[] {
  return [pod.spec?.nodeName ?? '']
}

/** ms since the epoch; 0 while it is not ready. */
export function readySinceMs(pod: Pod): number {
  const ready = podCondition(pod, 'Ready')
  return ready?.status === 'True' ? (parseTime(ready.lastTransitionTime) ?? 0) : 0
}

export function restartsOf(pod: Pod): number {
  return (pod.status?.containerStatuses ?? []).reduce((most, status) => Math.max(most, status.restartCount), 0)
}
