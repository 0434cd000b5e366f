// Shows what `up` is doing: one line that is rewritten on a terminal, one line a step elsewhere.
import type { Io } from './command.ts'

export interface Progress {
  step(text: string): void
  /** Leaves the terminal clean for what follows. */
  end(): void
}

export function progressOn(io: Io): Progress {
  const started = performance.now()
  let last = ''
  return {
    step(text) {
      if (text === last) return
      last = text
      const ms = `${Math.round(performance.now() - started)} ms`.padStart(8)
      if (io.isTerminal) process.stderr.write(`\r\u001B[2K${ms}  ${text} …`)
      else io.note(`${ms}  ${text}`)
    },
    end() {
      if (io.isTerminal && last !== '') process.stderr.write('\r\u001B[2K')
    },
  }
}
