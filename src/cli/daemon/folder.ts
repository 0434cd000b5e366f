// What does the user's folder ask for, and what of it can be taken up when it is read again?
import { check } from '../../analysis/check/check.ts'
import { compareDiagnostics } from '../../diagnostics/diagnostic.ts'
import { leaveOutContradictions } from '../../site/leave-out.ts'
import type { Site } from '../../site/site.ts'
import { inventoryOf } from '../inventory-of.ts'
import type { LabCalls, LabSettings } from '../lab-calls.ts'
import { type LoadedInput, loadInput } from '../load-input.ts'
import { type InputFile, readInput } from '../read-input.ts'
import { applyObjects } from './apply-objects.ts'
import { wantedObjects } from './wanted-objects.ts'

export function readFolder({ input, cwd }: LabSettings): Promise<readonly InputFile[]> {
  const nothing = () => undefined
  return readInput(input, {
    cwd,
    env: {},
    out: nothing,
    note: nothing,
    isTerminal: false,
    color: false,
    readStdin: () => Promise.reject(new Error('a lab is not read from stdin')),
  })
}

/** All of the site is judged; what of it can stand together is built. */
export function judge(files: readonly InputFile[]): LoadedInput {
  const loaded = loadInput(files)
  const diagnostics = [...loaded.diagnostics, ...check(inventoryOf(loaded))].sort(compareDiagnostics)
  const { site: written, ...rest } = loaded
  const site = written === undefined ? undefined : leaveOutContradictions(written)
  return { ...rest, diagnostics, ...(site === undefined ? {} : { site }) }
}

interface RunningSite {
  readonly site: Site
  readonly applying: Parameters<typeof applyObjects>[1]
}

export async function applyAgain(
  input: LoadedInput,
  { site: running, applying }: RunningSite,
): Promise<LabCalls['apply']['output']> {
  const { site } = input
  if (site === undefined) return { diagnostics: input.diagnostics, site: 'unusable' }
  const isChanged = machinesOf(site) !== machinesOf(running)
  // Nodes without a machine would only be dead nodes.
  const wanted = wantedObjects(isChanged ? { ...input, site: running } : input)
  const refused = await applyObjects(wanted, applying)
  return { diagnostics: [...input.diagnostics, ...refused], site: isChanged ? 'changed' : 'current' }
}

/** What a lab is built from once and for all; everything else of a site is objects. */
function machinesOf({ nodes, lan, podCidrs, serviceCidrs, internet, domain }: Site): string {
  return JSON.stringify({ nodes, lan, podCidrs, serviceCidrs, internet, domain }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  )
}
