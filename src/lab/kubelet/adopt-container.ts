// What does a container of an earlier agent begin with, as far as its last status tells?
import { formatTime } from '../../objects/time.ts'
import type { ContainerState, ContainerStatus } from './pod-types.ts'
import type { RestartPolicy } from './restart.ts'

export interface ContainerPast {
  readonly state: ContainerState
  readonly lastState: ContainerState | undefined
  readonly restartCount: number
  readonly id: string | undefined
}

export const noPast: ContainerPast = {
  state: { waiting: { reason: 'ContainerCreating' } },
  lastState: undefined,
  restartCount: 0,
  id: undefined,
}

/** One that ran has ended with the agent that ran it; how, nobody knows. The kubelet says 255 and `Unknown` then. */
export function pastOf(before: ContainerStatus | undefined, policy: RestartPolicy, nowMs: number): ContainerPast {
  if (before === undefined) return noPast
  const { restartCount, state, lastState, containerID } = before
  if (state?.terminated !== undefined) return { state, lastState, restartCount, id: containerID }
  if (state?.running === undefined) return { ...noPast, lastState, restartCount }
  const terminated = {
    exitCode: 255,
    reason: 'Unknown',
    startedAt: state.running.startedAt ?? formatTime(nowMs),
    finishedAt: formatTime(nowMs),
    ...(containerID !== undefined && { containerID }),
  }
  if (policy === 'Never') return { state: { terminated }, lastState, restartCount, id: containerID }
  return { ...noPast, lastState: { terminated }, restartCount: restartCount + 1 }
}
