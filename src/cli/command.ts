// What a command of the CLI is, and what it may touch of the world.

/** The exit codes of every command, whatever the output format. */
export const exit = {
  /** The answer is good. */
  good: 0,
  /** The tool worked, and the answer is bad: a finding, unreachable, differs. */
  bad: 1,
  /** Wrong usage, or input that cannot be read. */
  usage: 2,
  /** Could not decide: no cluster, not root, a kernel feature or program is missing. */
  undecided: 3,
} as const

export interface Io {
  /** Results. */
  readonly out: (text: string) => void
  /** Narration: progress, warnings, hints. */
  readonly note: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Colours and progress lines only when a person looks. */
  readonly isTerminal: boolean
  readonly color: boolean
  readonly readStdin: () => Promise<string>
}

export interface Command {
  readonly name: string
  /** One line for `fairway help`. */
  readonly summary: string
  /** All of `fairway help <name>`. */
  readonly usage: string
  run(args: readonly string[], io: Io): Promise<number>
}

/** Wrong usage: printed with a pointer to the command's help; exit code 2. */
export class UsageError extends Error {}

/** Input that cannot be read: printed as it is; exit code 2. */
export class InputError extends Error {}

/** Something outside is missing or in the way: printed as it is; exit code 3. */
export class UndecidedError extends Error {}
