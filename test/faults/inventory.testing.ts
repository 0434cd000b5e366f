// What could be left of a lab on the machine, and when is it as before?
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Inventory {
  /** Processes of a lab: of another process namespace, or about to make one. */
  readonly processes: readonly string[]
  readonly mounts: readonly string[]
  readonly links: string
  readonly rules: string
  readonly namespaces: readonly string[]
}

export function takeInventory(): Inventory {
  return {
    processes: labProcesses(),
    mounts: readFileSync('/proc/self/mounts', 'utf8').split('\n'),
    links: output('ip', '-o', 'address'),
    rules: output('nft', 'list', 'ruleset'),
    namespaces: readdirSync('/run/netns'),
  }
}

/** Waits for the kernel, which ends namespaces in its own time. */
export async function untilAsBefore(before: Inventory): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (JSON.stringify(takeInventory()) === JSON.stringify(before)) return
    await sleep(50)
  }
  assert.deepEqual(takeInventory(), before)
}

function labProcesses(): readonly string[] {
  const own = readlinkSync('/proc/self/ns/pid')
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
        // Without a command line it has ended, and only its number waits for a parent.
        if (command === '') return []
        return readlinkSync(`/proc/${pid}/ns/pid`) !== own || command.startsWith('unshare ') ? [command] : []
      } catch {
        // It ended between two looks.
        return []
      }
    })
    .sort()
}

function output(command: string, ...args: string[]): string {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`)
  return stdout
}
