// When is the flood of a start over, in which pods appear faster than anybody could use them?
import { setTimeout as sleep } from 'node:timers/promises'
import type { Informer } from '../../client/informer.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Status } from './lab-status.ts'

/** Every look goes over all pods, while the thread has better things to do. */
const pollMs = 40
/** No pod has changed for so long: whoever still waits may wait for packets. */
const quietMs = 250
const longestMs = 10_000

/** So few more pods are no flood, and those who hear of them now are done when the last one is ready. */
const fewPods = 10

/** Resolves when nearly every pod is ready, or pods have stopped changing, or it takes too long. */
export async function untilQuiet({
  pods,
  status,
}: {
  readonly pods: Informer<Pod>
  readonly status: Status
}): Promise<void> {
  const started = performance.now()
  let changedAt = started
  const end = pods.onChange(() => {
    changedAt = performance.now()
  })
  for (;;) {
    const now = performance.now()
    if (now - changedAt > quietMs || now - started > longestMs) break
    if (status.podsMissing() <= fewPods) break
    await sleep(pollMs)
  }
  end()
}
