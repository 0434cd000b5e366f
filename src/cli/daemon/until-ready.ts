// When is a lab up? When every workload has its pods ready and every node's kernel knows of them.
import { setTimeout as sleep } from 'node:timers/promises'
import type { NodePrograms } from '../../controllers/network/program-nodes.ts'
import type { LabAnnouncements } from './announcements.ts'
import type { Status } from './lab-status.ts'

export interface ReadyOptions {
  readonly status: Status
  readonly programs: NodePrograms
  readonly balancer: LabAnnouncements
  readonly report: (text: string) => void
  /** After so long the lab counts as up all the same, and what is missing is named. */
  readonly withinMs: number
}

const pollMs = 5

export async function untilReady({ status, programs, balancer, report, withinMs }: ReadyOptions): Promise<void> {
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
  await balancer.settled()
  await programs.settled()
}
