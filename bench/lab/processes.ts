// What do a lab's processes use: memory and processor time?
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** `getconf CLK_TCK`: 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** A process and all it has started, directly or not. What loses its parent in a lab goes to the lab's first process. */
export function processTree(root: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const pid of everyProcess()) {
    const parent = Number(statOf(pid)?.[1])
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [pid])
    else siblings.push(pid)
  }
  const tree = [root]
  // Grows while it is walked.
  for (const pid of tree) tree.push(...(children.get(pid) ?? []))
  return tree
}

/** Memory of these processes in bytes; what several share counts in equal parts (PSS). */
export function memoryOf(pids: readonly number[]): number {
  const kilobytes = pids.map(pid => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0))
  return kilobytes.reduce((sum, one) => sum + one, 0) * 1024
}

/** User and system time of these processes, and of their children that have ended. */
export function processorSeconds(pids: readonly number[]): number {
  // utime, stime, cutime and cstime are fields 14 to 17 of proc(5).
  const ticks = pids.map(pid => (statOf(pid) ?? []).slice(11, 15).reduce((sum, field) => sum + Number(field), 0))
  return ticks.reduce((sum, one) => sum + one, 0) / ticksPerSecond
}

/** Every process whose network is that of `pid`. */
export function processesInNetworkOf(namespace: string): readonly number[] {
  return everyProcess().filter(pid => networkOf(pid) === namespace)
}

export function networkOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}

export function programOf(pid: number): string {
  return read(`/proc/${pid}/comm`).trim()
}

/** The arguments, or what the program has made of them. */
export function commandLineOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')
}

function everyProcess(): readonly number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
}

/** What follows the program's name: state, parent, … */
function statOf(pid: number): readonly string[] | undefined {
  const text = read(`/proc/${pid}/stat`)
  return text === '' ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ')
}

/** Empty when the process has ended in the meantime. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
