// When is a lab up? When every workload has its pods ready, and kernels, names and proxies know of them.
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Status } from './lab-status.ts'

export interface ReadyOptions {
  readonly status: Status
  /** Lets those who were spared the flood of the start go to work. */
  readonly release: () => void
  /** Who must have caught up before a packet, a name or a request finds its way. */
  readonly followers: readonly { settled(): Promise<void> }[]
  readonly report: (text: string) => void
  /** After so long the lab counts as up all the same, and what is missing is named. */
  readonly withinMs: number
}

const pollMs = 5

export async function untilReady({ status, release, followers, report, withinMs }: ReadyOptions): Promise<void> {
  const deadline = performance.now() + withinMs
  let reportedAt = 0
  for (;;) {
    const workloads = status.notReady()
    const missing = workloads.length > 0 ? workloads : status.podsNotReady()
    if (missing.length === 0 || performance.now() > deadline) break
    if (performance.now() - reportedAt > 500) {
      reportedAt = performance.now()
      report(`waiting for ${missing[0]}${missing.length > 1 ? ` and ${missing.length - 1} more` : ''}`)
    }
    await sleep(pollMs)
  }
  release()
  await turn()
  for (const follower of followers) await follower.settled()
}
