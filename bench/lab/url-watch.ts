// When does the laptop see a URL become good, or go? One program in the laptop, asked again and again.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Bench } from '../bench-context.ts'
import type { BenchLab } from './bench-lab.ts'

export interface UrlWatch extends Disposable {
  /** ms of the monotonic clock: comparable with `monotonicMs()` of any process of this machine. */
  becomes(wanted: 'good' | 'gone', url: string): Promise<number>
}

export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

export function watchUrls(bench: Bench, lab: BenchLab): UrlWatch {
  const program = [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(bench.home, 'bench/work/watch-url.ts'),
  ]
  const [command = '', ...args] = lab.execCommand('laptop', program)
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...bench.environment },
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async becomes(wanted, url) {
      child.stdin.write(`${wanted} ${url}\n`)
      const answer = await answers.next()
      if (answer.done === true) throw new Error(`the laptop gave up on ${url}`)
      return Number(BigInt(answer.value)) / 1e6
    },
    [Symbol.dispose]: () => child.stdin.end(),
  }
}
