// The smallest daemon of a lab: machines, a server on the host's loopback, a control socket, and some stray processes.
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { dirname } from 'node:path'
import { serveControl } from '../../src/lab/daemon/control.ts'
import { enterEnclosure } from '../../src/lab/daemon/enclosure.ts'
import { takeLeash } from '../../src/lab/daemon/leash.ts'
import { stateDirectory } from '../../src/lab/daemon/state-directory.ts'
import { startTopology } from '../../src/lab/topology/topology.ts'
import { anton } from './anton-plan.testing.ts'

export interface DaemonCalls {
  readonly doors: {
    readonly input: null
    readonly output: Readonly<Record<string, { namespacePath: string; prefix: readonly string[] }>>
  }
  readonly shutdown: { readonly input: { readonly heed: boolean }; readonly output: null }
  readonly refuse: { readonly input: null; readonly output: null }
}

const leash = await takeLeash(process.env)
const state = stateDirectory(dirname(leash.orders.statePath), leash.orders.lab)
enterEnclosure([state.path])
const topology = await startTopology(anton)
const laptop = topology.machines.get('laptop')
if (laptop === undefined) throw new Error('the plan has no laptop')

// A process whose parent is gone, and one in another network namespace: neither may survive.
spawn('sh', ['-c', 'sleep 1000 & sleep 1001 & exit'], { stdio: 'ignore' })
laptop.namespace.spawn('sleep', ['1002'], { stdio: 'ignore' })

const api = leash.orders.sockets.api
if (api === undefined) throw new Error('no socket for the API')
const server = createServer((_request, response) => response.end(`lab ${leash.orders.lab}`)).listen({ fd: api.fd })

const control = await serveControl<DaemonCalls, { readonly beat: number }>(state.controlSocket, {
  doors: async () =>
    Object.fromEntries(
      [...topology.machines.values()].map(machine => [
        machine.name,
        { namespacePath: machine.namespace.path, prefix: machine.command([]) },
      ]),
    ),
  shutdown: async ({ heed }) => {
    if (heed) setImmediate(() => void shutdown())
    return null
  },
  refuse: async () => {
    throw new Error('not today')
  },
})
let beat = 0
setInterval(() => control.publish({ beat: ++beat }), 20).unref()

async function shutdown(): Promise<void> {
  await control[Symbol.asyncDispose]()
  server.close()
  await topology[Symbol.asyncDispose]()
  process.exit(0)
}
void leash.released.then(shutdown)
leash.report({ kind: 'ready', settings: leash.orders.settings })
