// Runs `fairway check` in this process and gives back everything it says, as a terminal would show it.
import { check } from '../../src/cli/commands/check.ts'

export interface CheckRun {
  /** Results. */
  readonly out: string
  /** Narration. */
  readonly notes: string
  readonly exitCode: number
}

export async function runCheck(
  args: readonly string[],
  { cwd, stdin = '' }: { readonly cwd: string; readonly stdin?: string },
): Promise<CheckRun> {
  let out = ''
  let notes = ''
  const exitCode = await check.run(args, {
    out: text => {
      out += `${text}\n`
    },
    note: text => {
      notes += `${text}\n`
    },
    env: {},
    cwd,
    isTerminal: false,
    color: false,
    readStdin: async () => stdin,
  })
  return { out, notes, exitCode }
}
