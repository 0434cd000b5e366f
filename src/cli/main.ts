// Where `fairway` begins: finds the command, runs it, and turns every ending into an exit code.
import { exit, InputError, type Io, UndecidedError, UsageError } from './command.ts'
import { findCommand, helpText } from './commands.ts'
import { keepCompiled } from './compile-cache.ts'
import { version } from './version.ts'

keepCompiled(process.env)

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has seen enough, as `head` does.
  if (error.code === 'EPIPE') process.exit(exit.good)
  process.stderr.write(`fairway: cannot write the answer: ${error.message}\n`)
  process.exit(exit.undecided)
})
const args = process.argv.slice(2)
process.exitCode = await main(args)

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args
  if (name === '--version' || name === 'version') {
    process.stdout.write(`fairway ${version}\n`)
    return exit.good
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return printHelp(rest[0])
  if (rest[0] === '--help' || rest[0] === '-h') return printHelp(name)
  try {
    const command = await findCommand(name)
    if (command === undefined) throw new UsageError(`unknown command ${JSON.stringify(name)}`)
    return await command.run(rest, terminalIo())
  } catch (error) {
    return explain(error, name)
  }
}

async function printHelp(name: string | undefined): Promise<number> {
  const command = name === undefined ? undefined : await findCommand(name)
  if (name !== undefined && command === undefined)
    return explain(new UsageError(`unknown command ${JSON.stringify(name)}`), name)
  process.stdout.write(`${command?.usage ?? helpText(version)}\n`)
  return exit.good
}

function explain(error: unknown, command: string): number {
  if (
    error instanceof UsageError ||
    (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
  ) {
    process.stderr.write(
      `fairway: ${error.message}\nSee 'fairway help${command.startsWith('-') ? '' : ` ${command}`}'.\n`,
    )
    return exit.usage
  }
  if (error instanceof UndecidedError || error instanceof InputError) {
    process.stderr.write(`fairway: ${error.message}\n`)
    return error instanceof InputError ? exit.usage : exit.undecided
  }
  // The machine said no: a file that may not be read, a disk that is full.
  if (error instanceof Error && 'syscall' in error) {
    process.stderr.write(`fairway: ${error.message}\n`)
    return exit.undecided
  }
  throw error
}

function terminalIo(): Io {
  const isTerminal = process.stderr.isTTY === true
  return {
    out: text => void process.stdout.write(`${text}\n`),
    note: text => void process.stderr.write(`${text}\n`),
    env: process.env,
    cwd: process.cwd(),
    isTerminal,
    color: process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb',
    readStdin: async () => {
      let text = ''
      for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
      return text
    },
  }
}
