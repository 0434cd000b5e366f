// How long does `kubectl get` of 5,000 pods take, next to a kubectl that asks for next to nothing?
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../bench-context.ts'
import type { Measurement } from '../measurement.ts'
import { alternate } from '../rounds.ts'
import { mustRun } from '../run-program.ts'

const count = 5000
const rounds = 5
const fillTimeoutMs = 60_000

export async function kubectl(bench: Bench): Promise<readonly Measurement[]> {
  const directory = join(bench.directory, 'api')
  mkdirSync(directory)
  bench.note(`kubectl: filling an API server with ${count} pods`)
  const program = ['--disable-warning=ExperimentalWarning', join(bench.home, 'bench/work/serve-pods.ts')]
  const server = spawn(process.execPath, [...program, directory, `${count}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...bench.environment },
  })
  try {
    await once(server.stdout, 'data', { signal: AbortSignal.timeout(fillTimeoutMs) })
    const env = { HOME: directory, KUBECONFIG: join(directory, 'kubeconfig') }
    const run = async (...args: readonly string[]) => {
      const { ms, stdout } = await mustRun(['kubectl', ...args], { env })
      return { ms, lines: stdout.split('\n').length - 1 }
    }
    const get = async (...more: readonly string[]) => {
      const { ms, lines } = await run('get', 'pods', '--all-namespaces', ...more)
      if (lines !== count + 1) throw new Error(`kubectl get printed ${lines} lines instead of ${count + 1}`)
      return ms
    }
    // kubectl caches discovery, and the server has compiled its code.
    await get()
    const times = await alternate(rounds, {
      get: () => get(),
      wide: () => get('-o', 'wide'),
      version: async () => (await run('version')).ms,
    })
    const common = { row: 'kubectl', unit: 'ms', better: 'less' } as const
    return [
      { ...common, what: 'kubectl get pods -A of 5,000', samples: times.get, target: { must: 1000, strive: 300 } },
      { ...common, what: 'kubectl get pods -A -o wide of 5,000', samples: times.wide },
      { ...common, what: 'kubectl version, for comparison', samples: times.version },
    ]
  } finally {
    server.stdin.end()
    if (server.exitCode === null) await once(server, 'exit')
  }
}
