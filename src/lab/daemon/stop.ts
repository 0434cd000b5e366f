// How a running lab is ended from outside: asked first, then by force.
import { childrenOf, identify, signalProcess, waitUntilGone } from '../../sys/processes.ts'
import { clearRuntimeFiles, type DaemonRecord, runningDaemon, type StateDirectory } from './state-directory.ts'

/**
 * `ask` sends the daemon the wish to end. Resolves when nothing of the lab runs any more: true when it ended within
 * `graceMs`, false when it had to be killed, undefined when it was not running.
 */
export async function stopDaemon(
  state: StateDirectory,
  { ask, graceMs }: { readonly ask: () => Promise<unknown>; readonly graceMs: number },
): Promise<boolean | undefined> {
  const record = runningDaemon(state)
  if (record === undefined) {
    clearRuntimeFiles(state)
    return undefined
  }
  const asked = await ask().then(
    () => true,
    // It does not answer any more, which is one more reason to end it.
    () => false,
  )
  const ended = asked && (await waitUntilGone(record.supervisor, graceMs))
  if (!ended) {
    killLab(record)
    await waitUntilGone(record.supervisor, 5_000)
  }
  clearRuntimeFiles(state)
  return ended
}

/**
 * Kills everything at once. It goes for the first process of the namespaces, since the supervisor then ends only after
 * the kernel has ended all others: once the supervisor is gone, so is everything.
 */
export function killLab(record: DaemonRecord): void {
  const [first] = childrenOf(record.supervisor.pid)
  const target = first === undefined ? undefined : identify(first)
  signalProcess(target ?? record.supervisor, 'SIGKILL')
}
