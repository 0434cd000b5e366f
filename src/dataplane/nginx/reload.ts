// Makes a running NGINX take up its new configuration, and tells when it alone answers.
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { ask } from './probe.ts'
import type { Serving } from './serving.ts'

const answerTimeoutMs = 10_000
const handOverTimeoutMs = 2_000

export interface ReloadTarget {
  readonly child: ChildProcess
  readonly revision: string
}

export async function reload(serving: Serving, { child, revision }: ReloadTarget): Promise<void> {
  const master = serving.masterOf(child)
  if (master === undefined) throw new Error('nginx is not running')
  process.kill(master, 'SIGHUP')
  const deadline = performance.now() + answerTimeoutMs
  for (;;) {
    const answer = await ask(() => serving.connect(serving.place.ports.status), { path: '/revision', timeoutMs: 500 })
    if (answer === revision) break
    if (performance.now() > deadline)
      throw new Error(`nginx did not take up revision ${revision} within ${answerTimeoutMs} ms`)
    await sleep(3)
  }
  // The master now sleeps 100 ms before it sends the old workers home, and until then they take every other connection. Any
  // signal it handles wakes it; SIGALRM does nothing else.
  wake(master)
  const handOver = performance.now() + handOverTimeoutMs
  while (acceptingWorkers(master) > serving.place.workers && performance.now() < handOver) {
    await sleep(3)
    wake(master)
  }
}

/** Workers that take connections: those on their way out say so in their title. */
function acceptingWorkers(master: number): number {
  return childrenOf(master).filter(
    pid => read(`/proc/${pid}/cmdline`).startsWith('nginx: worker process') && !isLeaving(pid),
  ).length
}

function isLeaving(pid: number): boolean {
  return read(`/proc/${pid}/cmdline`).includes('is shutting down')
}

/** Needs a kernel with CONFIG_PROC_CHILDREN, which all distributions have; without it nothing is waited for. */
export function childrenOf(pid: number): readonly number[] {
  return read(`/proc/${pid}/task/${pid}/children`)
    .split(' ')
    .filter(text => text !== '')
    .map(Number)
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function wake(master: number): void {
  try {
    process.kill(master, 'SIGALRM')
  } catch {
    // It ended in this moment; its exit is told elsewhere.
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
