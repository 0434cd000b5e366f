// How is a container run whose image Fairway does not know? As an echo server on each of its declared ports.
import type { SecureContext } from 'node:tls'
import type { ExecOptions, ExecSession } from '../../../apiserver/pod-streams.ts'
import type { FailMode } from '../../kubelet/fail-mode.ts'
import type { ContainerContext, ContainerExit, RunningContainer, Runtime } from '../../runtime.ts'
import { AccessLog, defaultLinesPerSecond } from './access-log.ts'
import { answerPrefix } from './answer.ts'
import { createHttpServer } from './http-server.ts'
import { identityOf } from './identity.ts'
import type { Listener } from './listener.ts'
import { TcpPort } from './tcp-port.ts'
import { UdpPort } from './udp-port.ts'

/** After SIGTERM a stand-in goes on serving this long, until every proxy and load balancer has let go of it. */
const lameDuckMs = 250
const drainPollMs = 20

export interface StandInOptions {
  readonly now: () => number
  /** Runs `kubectl exec` in a stand-in; called when first needed. */
  readonly exec: (context: ContainerContext) => ExecRoot
  readonly accessLinesPerSecond?: number
  /** A certificate for clients that speak TLS to a port. */
  readonly secureContext?: () => Promise<SecureContext>
}

/** A place where programs run beside the stand-in. */
export interface ExecRoot {
  exec(options: ExecOptions): Promise<ExecSession>
  stop(): Promise<void>
}

export function createStandIn(options: StandInOptions): Runtime {
  const http = createHttpServer()
  return {
    name: 'stand-in',
    matches: () => true,
    describe: image => `Container image "${image}" is played by a stand-in that echoes what it receives`,
    start: async context => new StandIn(context, { ...options, http }),
  }
}

class StandIn implements RunningContainer {
  readonly exited: Promise<ContainerExit>
  readonly #context: ContainerContext
  readonly #options: StandInOptions
  readonly #listener: Listener
  readonly #tcp: TcpPort[] = []
  readonly #udp: UdpPort[] = []
  readonly #exit: (exit: ContainerExit) => void
  #root: ExecRoot | undefined
  #stopping: Promise<void> | undefined
  /** When whoever still talks is cut off; a later, shorter order moves it. */
  #deadlineMs = Number.POSITIVE_INFINITY

  constructor(context: ContainerContext, options: StandInOptions & { http: ReturnType<typeof createHttpServer> }) {
    const { promise, resolve } = Promise.withResolvers<ContainerExit>()
    this.exited = promise
    this.#exit = resolve
    this.#context = context
    this.#options = options
    const identity = identityOf(context)
    this.#listener = {
      identity,
      prefix: answerPrefix(identity),
      accessLog: new AccessLog({
        now: options.now,
        write: line => context.log('stdout', line),
        linesPerSecond: options.accessLinesPerSecond ?? defaultLinesPerSecond,
      }),
      mode: undefined,
      isDraining: false,
      secureContext: options.secureContext,
    }
    const { namespace, container } = context
    const listener = this.#listener
    for (const { containerPort, protocol = 'TCP' } of container.ports ?? []) {
      if (protocol === 'TCP')
        this.#tcp.push(new TcpPort({ namespace, port: containerPort, listener, http: options.http }))
      else if (protocol === 'UDP') this.#udp.push(new UdpPort({ namespace, port: containerPort, listener }))
    }
    this.#open()
  }

  async exec(options: ExecOptions): Promise<ExecSession> {
    this.#root ??= this.#options.exec(this.#context)
    return await this.#root.exec(options)
  }

  rehearse(mode: FailMode | undefined): void {
    const before = this.#listener.mode
    this.#listener.mode = mode
    if (mode?.kind === 'refuse') this.#close()
    else if (before?.kind === 'refuse' && this.#stopping === undefined) this.#open()
    // Whoever was left hanging gets a fresh start.
    if (before?.kind === 'hang') for (const port of this.#tcp) port.destroy()
    if (before?.kind === 'hang' && mode?.kind !== 'refuse' && this.#stopping === undefined) this.#open()
  }

  stop(graceMs: number): Promise<void> {
    this.#deadlineMs = Math.min(this.#deadlineMs, this.#options.now() + graceMs)
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  #open(): void {
    try {
      for (const port of [...this.#tcp, ...this.#udp]) port.open()
    } catch (error) {
      this.#close()
      throw error
    }
  }

  #close(): void {
    for (const port of this.#tcp) port.destroy()
    for (const port of this.#udp) port.close()
  }

  async #stop(): Promise<void> {
    const { now } = this.#options
    const lameUntilMs = now() + lameDuckMs
    this.#listener.isDraining = true
    while (this.#tcp.length > 0 && now() < Math.min(lameUntilMs, this.#deadlineMs)) await pause(drainPollMs)
    for (const port of this.#tcp) port.close()
    for (;;) {
      for (const port of this.#tcp) port.endIdle()
      const open = this.#tcp.some(port => port.connectionCount > 0)
      if (!open || now() >= this.#deadlineMs) break
      await pause(drainPollMs)
    }
    this.#close()
    this.#listener.accessLog.flush()
    await this.#root?.stop()
    this.#exit({ exitCode: 0, reason: 'Completed' })
  }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
