// What a person sees in a terminal, and types into it.
import type { Terminal } from '../../src/sys/pty.ts'

export interface Screen {
  /** Everything shown so far, lines ended with \n. */
  text(): string
  /** Resolves when the pattern is on the screen; rejects with the screen's text when it is not in time or the program ends. */
  shows(pattern: RegExp, withinMs?: number): Promise<void>
  /** Ends with Enter, where a line is meant. */
  type(keys: string): void
  readonly exitCode: Promise<number>
}

export const ctrlC = '\x03'

const defaultMs = 30_000

export function screenOf(line: string, { stream, exitCode, process }: Terminal): Screen {
  let text = ''
  let ended: number | undefined
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const look of waiting) look()
  }
  stream.on('data', chunk => {
    text += String(chunk).replaceAll('\r\n', '\n')
    wake()
  })
  const exit = exitCode.then(async code => {
    // What was written last is still on its way.
    if (!stream.readableEnded) await new Promise(resolve => stream.once('end', resolve).once('close', resolve))
    ended = code
    wake()
    return code
  })
  return {
    text: () => text,
    type: keys => {
      stream.write(keys)
    },
    exitCode: exit,
    shows: (pattern, withinMs = defaultMs) =>
      new Promise<void>((resolve, reject) => {
        const finish = (error?: Error) => {
          waiting.delete(look)
          clearTimeout(timer)
          if (error === undefined) resolve()
          else reject(error)
        }
        const fail = (why: string) => finish(new Error(`${line}\n${why}, without showing ${pattern}:\n${text}`))
        const look = () => {
          if (pattern.test(text)) finish()
          else if (ended !== undefined) fail(`ended with ${ended}`)
        }
        const timer = setTimeout(() => {
          process.kill('SIGKILL')
          fail(`went on for ${withinMs} ms`)
        }, withinMs)
        waiting.add(look)
        look()
      }),
  }
}
