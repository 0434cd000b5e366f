// What this machine can do for a lab, what is missing, and which packages bring it.
import type { Capability } from './capabilities/capability.ts'
import { detectKernel } from './capabilities/kernel.ts'
import { detectPrograms } from './capabilities/programs.ts'
import { host } from './host.ts'
import type { Runner } from './runner.ts'

export type { Capability } from './capabilities/capability.ts'

export interface MachineReport {
  /** A lab would run inside a user namespace. */
  readonly rootless: boolean
  /** Programs by name, then features of the kernel in the order in which they are tried. */
  readonly capabilities: readonly Capability[]
}

/** Takes about as long as the slowest `--version`. Changes nothing. */
export async function detectCapabilities(runner: Runner = host): Promise<MachineReport> {
  const rootless = process.getuid?.() !== 0
  const [programs, kernel] = await Promise.all([detectPrograms(runner), detectKernel(runner, rootless)])
  return { rootless, capabilities: [...programs, ...kernel] }
}

/** What keeps a lab from starting. Empty: it can start. */
export function obstacles({ capabilities }: MachineReport): readonly Capability[] {
  return capabilities.filter(({ state, required }) => state === 'missing' && required)
}

/** Debian packages that bring what is missing, `required` alone or everything. */
export function missingPackages(report: MachineReport, which: 'required' | 'all'): readonly string[] {
  const missing = which === 'all' ? report.capabilities.filter(({ state }) => state === 'missing') : obstacles(report)
  return [...new Set(missing.flatMap(({ package: name }) => name ?? []))].sort()
}
