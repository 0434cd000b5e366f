// Which process a number means, and whether it still does: numbers are used again, so the start time goes with them.
import { readdirSync, readFileSync } from 'node:fs'

export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks since boot. */
  readonly startTicks: number
  readonly bootId: string
}

/** Undefined when there is no such process, or only its remains that nobody has collected. */
export function identify(pid: number): ProcessIdentity | undefined {
  const status = readStatus(pid)
  if (status === undefined || status.state === 'Z' || status.state === 'X') return undefined
  return { pid, startTicks: status.startTicks, bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() }
}

export function isAlive(identity: ProcessIdentity): boolean {
  const now = identify(identity.pid)
  return now !== undefined && now.startTicks === identity.startTicks && now.bootId === identity.bootId
}

/** Sends the signal unless the process is gone. True when it was sent. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    return process.kill(identity.pid, signal)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** The processes that `pid` started and that still run, oldest first. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(candidate => {
      const status = readStatus(candidate)
      return status?.parent === pid && status.state !== 'Z'
    })
    .sort((a, b) => a - b)
}

/** Resolves true as soon as the process is gone, false when it is still there after `timeoutMs`. */
export async function waitUntilGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  while (isAlive(identity)) {
    if (performance.now() >= deadline) return false
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  return true
}

interface ProcessStatus {
  readonly state: string
  readonly parent: number
  readonly startTicks: number
}

function readStatus(pid: number): ProcessStatus | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    // It ended between two looks; whatever the error, there is no process to speak of.
    return undefined
  }
  // The second field is the program's name in parentheses, and may hold spaces and parentheses itself (proc(5)).
  const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { state: state ?? '', parent: Number(parent), startTicks: Number(rest[17]) }
}
