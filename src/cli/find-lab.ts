// Which lab does a command mean: the one named, or the only one there is.
import { type ControlClient, ControlError, controlClient } from '../lab/daemon/control.ts'
import {
  type DaemonRecord,
  listLabs,
  runningDaemon,
  type StateDirectory,
  stateDirectory,
  stateRoot,
} from '../lab/daemon/state-directory.ts'
import { type Io, UndecidedError, UsageError } from './command.ts'
import type { LabCalls, LabEvent } from './lab-calls.ts'

export function stateOf(name: string, io: Io): StateDirectory {
  try {
    return stateDirectory(stateRoot(io.env, process.getuid?.() ?? 0), name)
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** Labs with a state directory, running or not. */
export function knownLabs(io: Io): readonly StateDirectory[] {
  return listLabs(stateRoot(io.env, process.getuid?.() ?? 0))
}

/** The named lab, or the only one that runs. */
export function findLab(name: string | undefined, io: Io): StateDirectory {
  if (name !== undefined) return stateOf(name, io)
  const labs = knownLabs(io)
  const running = labs.filter(state => runningDaemon(state) !== undefined)
  const [only, second] = running.length > 0 ? running : labs
  if (only === undefined)
    throw new UndecidedError("no lab is running here; start one with 'fairway up scenarios/anton'")
  if (second !== undefined) {
    const names = (running.length > 0 ? running : labs).map(state => state.lab)
    throw new UsageError(`there are several labs: ${names.join(', ')}; say which one with --name`)
  }
  return only
}

export interface RunningLab {
  readonly state: StateDirectory
  readonly record: DaemonRecord
  readonly control: Pick<ControlClient<LabCalls, LabEvent>, 'call'>
}

export function findRunningLab(name: string | undefined, io: Io): RunningLab {
  const state = findLab(name, io)
  const record = runningDaemon(state)
  if (record === undefined) {
    throw new UndecidedError(
      `lab ${state.lab} is not running; 'fairway up' resumes it, 'fairway down --name ${state.lab}' removes what is left`,
    )
  }
  const { call } = controlClient<LabCalls, LabEvent>(state.controlSocket)
  return {
    state,
    record,
    control: {
      call: (name, input) =>
        call(name, input).catch((error: Error) => {
          if (error instanceof ControlError)
            throw new UndecidedError(`lab ${state.lab}: ${error.message}`, { cause: error })
          if (!isNobodyThere(error)) throw error
          throw new UndecidedError(`lab ${state.lab} is being started or ended by somebody else at this moment`, {
            cause: error,
          })
        }),
    },
  }
}

/** A lab answers from when it is up until it begins to end; before and after there is no socket, or nobody behind it. */
function isNobodyThere(error: Error): boolean {
  return 'code' in error && ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(String(error.code))
}
