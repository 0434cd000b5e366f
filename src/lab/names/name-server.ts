// Runs an Unbound as one of the lab's machines, follows a view's records, and starts it again when it dies.

import type { RecordView } from '../../controllers/dns/record-view.ts'
import { UnboundServer } from '../../dataplane/unbound/apply.ts'
import type { LocalZone } from '../../dataplane/unbound/compile.ts'
import type { Address } from '../../net/address.ts'
import type { NetNamespace } from '../../sys/namespace.ts'

export interface NameServerOptions {
  readonly namespace: NetNamespace
  readonly listen: readonly Address[]
  readonly zones: readonly LocalZone[]
  readonly view: RecordView
  readonly forwarders: readonly Address[]
  /** Zones whose names may be aliases of names in this same server. */
  readonly aliasZones?: readonly string[]
  /** A private directory for its configuration and control socket. */
  readonly directory: string
  readonly log: (line: string) => void
}

const restartAfterMs = 200

/** Resolves when the server answers. */
export async function startNameServer(options: NameServerOptions): Promise<AsyncDisposable> {
  let stopped = false
  let detach = () => {}
  let server = start()
  await server.ready()
  detach = options.view.attach(server)

  function start(): UnboundServer {
    const started = new UnboundServer(
      options.namespace,
      { ...options, aliasZones: options.aliasZones ?? [] },
      options.view.records,
    )
    for (const stream of [started.process.stdout, started.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        for (const line of text.split('\n')) if (line.trim() !== '') options.log(line)
      })
    }
    started.process.once('exit', code => {
      detach()
      if (stopped) return
      options.log(`unbound ended with ${code ?? 'a signal'}; starting it again`)
      setTimeout(restart, restartAfterMs)
    })
    return started
  }

  function restart(): void {
    if (stopped) return
    server = start()
    server.ready().then(
      () => {
        detach = options.view.attach(server)
      },
      () => {}, // it ended again: the exit handler starts the next one
    )
  }

  return {
    async [Symbol.asyncDispose]() {
      stopped = true
      detach()
      const process = server.process
      if (process.exitCode !== null || process.signalCode !== null) return
      const ended = new Promise(resolve => process.once('exit', resolve))
      process.kill('SIGTERM')
      await ended
    },
  }
}
