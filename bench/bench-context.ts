// What every row of the benchmark may use: where it may write, and how it says what it is doing.
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runToEnd } from './run-program.ts'

export interface Bench {
  /** The checkout. */
  readonly home: string
  /** On a real disk, since a lab's database lies below it; gone at the end. */
  readonly directory: string
  /** Where Node keeps what it has compiled: empty when the benchmark begins. */
  readonly compileCache: string
  /** For `fairway`: labs apart from the user's. */
  readonly environment: Readonly<Record<string, string>>
  /** Narration on stderr. */
  readonly note: (text: string) => void
}

/** Its end is the end of every lab, and of every file. */
export function openBench(home: string): Bench & AsyncDisposable {
  // Short: the path of a Unix socket goes below it, and has room for 107 bytes.
  const directory = mkdtempSync('/var/tmp/fairway-bench-')
  const compileCache = join(directory, 'compiled')
  const environment = { FAIRWAY_STATE_DIR: join(directory, 'labs'), NODE_COMPILE_CACHE: compileCache }
  return {
    home,
    directory,
    compileCache,
    environment,
    note: text => void process.stderr.write(`${text}\n`),
    async [Symbol.asyncDispose]() {
      await runToEnd([join(home, 'fairway'), 'down', '--all'], { env: environment })
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
