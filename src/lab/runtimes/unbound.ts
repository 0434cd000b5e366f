// How do the cluster's DNS pods run: a real Unbound in the pod's network, fed with the cluster's records?
import { join } from 'node:path'
import type { RecordView } from '../../controllers/dns/record-view.ts'
import { UnboundServer } from '../../dataplane/unbound/apply.ts'
import type { LocalZone } from '../../dataplane/unbound/compile.ts'
import type { Address } from '../../net/address.ts'
import type { ContainerContext, ContainerExit, RunningContainer, Runtime } from '../runtime.ts'
import type { ExecRoot } from './stand-in/stand-in.ts'

export interface DnsRuntimeOptions {
  readonly view: RecordView
  readonly zones: readonly LocalZone[]
  /** Whom the servers ask for names outside the cluster. */
  readonly forwarders: readonly Address[]
  /** The cluster's zone: an ExternalName may lead back into it. */
  readonly aliasZones: readonly string[]
  /** Runs `kubectl exec` in such a pod; called when first needed. */
  readonly exec: (context: ContainerContext) => ExecRoot
}

export function createDnsRuntime(options: DnsRuntimeOptions): Runtime {
  return {
    name: 'unbound',
    matches: container => /(^|\/)(coredns|unbound)(:|@|$)/.test(container.image ?? ''),
    describe: image => `Container image "${image}" is played by Unbound, which serves the cluster's names`,
    start: context => startDns(context, options),
  }
}

async function startDns(context: ContainerContext, options: DnsRuntimeOptions): Promise<RunningContainer> {
  const plan = { ...options, listen: context.addresses, directory: join(context.directory, 'unbound') }
  const server = new UnboundServer(context.namespace, plan, options.view.records)
  const { process } = server
  process.stdout?.on('data', (chunk: Buffer) => context.log('stdout', chunk))
  process.stderr?.on('data', (chunk: Buffer) => context.log('stderr', chunk))
  let detach = () => {}
  let root: ExecRoot | undefined
  const exited = new Promise<ContainerExit>(resolve => {
    process.once('error', error => resolve({ exitCode: 128, reason: 'StartError', message: error.message }))
    process.once('exit', code => {
      detach()
      resolve(code === 0 ? { exitCode: 0, reason: 'Completed' } : { exitCode: code ?? 137, reason: 'Error' })
    })
  })
  await server.ready()
  detach = options.view.attach(server)
  return {
    exited,
    exec: wanted => {
      root ??= options.exec(context)
      return root.exec(wanted)
    },
    stop: async graceMs => {
      const timer = setTimeout(() => process.kill('SIGKILL'), graceMs)
      process.kill('SIGTERM')
      await exited
      clearTimeout(timer)
      await root?.stop()
    },
  }
}
