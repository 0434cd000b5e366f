// How does an ingress controller run: a real NGINX in the pod's network, with its own files, fed by the routing tables?
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { IngressTables, ProxyIdentity } from '../../controllers/ingress/ingress-tables.ts'
import { followLog } from '../../dataplane/nginx/follow-log.ts'
import { createInstance, type Instance } from '../../dataplane/nginx/instance.ts'
import { examineNginx, type NginxOnMachine } from '../../dataplane/nginx/machine.ts'
import { ask, parseStubStatus } from '../../dataplane/nginx/probe.ts'
import { ProcessMeter } from '../../dataplane/nginx/process-usage.ts'
import type { ProxyPlace } from '../../dataplane/nginx/proxy-options.ts'
import { childrenOf } from '../../dataplane/nginx/reload.ts'
import { renderMetrics } from '../../dataplane/nginx/render-metrics.ts'
import type { Serving } from '../../dataplane/nginx/serving.ts'
import type { Issue } from '../../dataplane/nginx/store-certificates.ts'
import { parseAddress } from '../../net/address.ts'
import { host } from '../../sys/host.ts'
import type { Container, ContainerContext, ContainerExit, Mount, RunningContainer, Runtime } from '../runtime.ts'
import { startProgram } from './container-root/program.ts'
import { execScript } from './container-root/setup-script.ts'
import { inView } from './nginx-view.ts'

export interface NginxOptions {
  readonly tables: IngressTables
  /** Certificates for hosts that bring none, signed by the lab's authority. */
  readonly issue: Issue
  /** PEM of the authorities that programs inside trust, such as `curl` in `kubectl exec`. */
  readonly trustedCertificates?: string
  /** Told of failures that are retried; for the daemon's log. */
  readonly onProblem?: (problem: {
    readonly where: string
    readonly error: unknown
    readonly againInMs: number
  }) => void
}

/** As in the Deployment that a Site makes for each class. */
const healthPort = 10_254
/** After SIGTERM a proxy goes on serving this long: a busy machine takes a while until no node sends it new connections. */
const lameDuckMs = 1_000
const statusPort = 10_246
const longestStartMs = 3000

export interface NginxRuntime extends Runtime {
  /** Resolves when every proxy serves what its class's table says, or has refused it. */
  settled(): Promise<void>
}

export function createNginx(options: NginxOptions): NginxRuntime {
  let machine: Promise<NginxOnMachine> | undefined
  const running = new Set<Instance>()
  return {
    async settled() {
      await Promise.all([...running].map(instance => instance.settled()))
    },
    name: 'nginx',
    matches: container => isIngressNginx(container.image ?? ''),
    describe: image => `Container image "${image}" is not pulled: it runs this machine's NGINX, driven by Fairway`,
    async start(context) {
      machine ??= examineNginx(host)
      try {
        return await startContainer(context, { ...options, machine: await machine, running })
      } catch (error) {
        // Perhaps NGINX is installed by the time of the next attempt.
        machine = undefined
        throw error
      }
    },
  }
}

/** `…/ingress-nginx` with any tag or digest, and the upstream image `…/ingress-nginx/controller`. */
function isIngressNginx(image: string): boolean {
  const name = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '')
  return name.split('/').at(-1) === 'ingress-nginx' || name.includes('ingress-nginx/controller')
}

/** The arguments of ingress-nginx, as far as they say who the proxy is. */
export function identityOf({ args = [], command = [] }: Pick<Container, 'args' | 'command'>): ProxyIdentity {
  const flags = new Map(
    [...command, ...args].flatMap(word => {
      const match = /^--?([a-z-]+)=(.*)$/.exec(word)
      return match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const]
    }),
  )
  const className = flags.get('ingress-class') ?? 'nginx'
  const configMap = flags.get('configmap')
  const publishService = flags.get('publish-service')
  return {
    className,
    controller: flags.get('controller-class') ?? 'k8s.io/ingress-nginx',
    ...(configMap !== undefined && { configMap }),
    ...(publishService !== undefined && { publishService }),
  }
}

interface StartOptions extends NginxOptions {
  readonly machine: NginxOnMachine
  /** The instance is in here as long as it lives. */
  readonly running: Set<Instance>
}

async function startContainer(context: ContainerContext, options: StartOptions): Promise<RunningContainer> {
  const { container, pod, log } = context
  const identity = identityOf(container)
  const exited = Promise.withResolvers<ContainerExit>()
  const live = Promise.withResolvers<void>()
  const files = prepareFiles(context, options)
  const serving = servingOf(context, { files, machine: options.machine })
  const where = `nginx ${pod.metadata.namespace ?? ''}/${pod.metadata.name}`
  let stopped = false
  const instance = createInstance({
    serving,
    issue: options.issue,
    now: () => Date.now(),
    onState: state => {
      if (state.revision !== undefined) live.resolve()
      subscription?.report(state.diagnostics)
    },
    onProblem: (error, againInMs) => {
      log('stderr', `fairway: ${error instanceof Error ? error.message : String(error)}; again in ${againInMs} ms\n`)
      options.onProblem?.({ where, error, againInMs })
    },
    onOutput: chunk => log('stderr', chunk),
    onExit: ({ code, signal }) => exited.resolve(exitOf({ code, signal, asked: stopped })),
  })
  let subscription: ReturnType<IngressTables['subscribe']> | undefined
  let hasTable = false
  subscription = options.tables.subscribe(identity, input => {
    hasTable = true
    instance.update(input)
  })
  const follower = followLog({
    path: join(files.temporary, 'access.log'),
    onChunk: chunk => log('stdout', chunk),
    reopen: () => signalMaster(instance, 'SIGUSR1'),
  })
  const health = serveHealth(context, { identity, instance, serving, machine: options.machine })
  log('stdout', `fairway: ingress class ${identity.className}, controller ${identity.controller}\n`)

  options.running.add(instance)
  void exited.promise.then(() => {
    options.running.delete(instance)
    subscription?.close()
    follower.close()
    health.close()
  })
  if (hasTable) await withinReason(Promise.race([live.promise, exited.promise]))

  return {
    exited: exited.promise,
    async exec({ command, tty, stdin }) {
      const master = instance.masterPid
      if (master === undefined)
        throw new Error('the container is not running yet: NGINX waits for its first configuration')
      return startProgram(context.namespace, {
        command: [
          'nsenter',
          '--target',
          String(master),
          '--mount',
          '--uts',
          '--pid',
          '--',
          'sh',
          '-c',
          execScript,
          'sh',
          '/',
          ...command,
        ],
        env: { ...environment(context), ...(tty && { TERM: 'xterm' }) },
        tty,
        stdin,
      }).session
    },
    async stop(graceMs) {
      stopped = true
      const lameMs = Math.min(lameDuckMs, graceMs / 2)
      await Promise.race([new Promise(resolve => setTimeout(resolve, lameMs)), exited.promise])
      subscription?.close()
      await instance.stop(graceMs - lameMs)
      // Never started, because no table ever came: there is nothing whose end would be told.
      exited.resolve({ exitCode: 0, reason: 'Completed' })
      await exited.promise
    },
  }
}

/** A container counts as started when NGINX answers, so that its first probe finds it ready; or when that takes too long. */
async function withinReason(answers: Promise<unknown>): Promise<void> {
  const { promise: enough, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, longestStartMs)
  await Promise.race([answers, enough])
  clearTimeout(timer)
}

interface Files {
  /** Becomes /etc/nginx. */
  readonly configuration: string
  /** Becomes /var/lib/nginx, where the workers store large bodies and the access log is written. */
  readonly temporary: string
  readonly mounts: readonly Mount[]
  readonly workshop: string
}

function prepareFiles(context: ContainerContext, options: NginxOptions): Files {
  const base = join(context.directory, `nginx-${context.container.name}`)
  const configuration = join(base, 'etc')
  const temporary = join(base, 'tmp')
  mkdirSync(configuration, { recursive: true, mode: 0o755 })
  mkdirSync(temporary, { recursive: true, mode: 0o711 })
  const [scratch, logs, workshop] = [join(base, 'scratch'), join(base, 'log'), join(base, 'view')]
  for (const directory of [scratch, logs, workshop]) mkdirSync(directory, { recursive: true })
  chmodSync(scratch, 0o1777)
  // What a container that ran here before has logged, `kubectl logs --previous` knows.
  rmSync(join(temporary, 'access.log'), { force: true })
  const write = (name: string, text: string): string => {
    const path = join(base, name)
    writeFileSync(path, text)
    return path
  }
  const own = [
    [scratch, '/tmp'],
    [configuration, '/etc/nginx'],
    [temporary, '/var/lib/nginx'],
    // NGINX opens its default log before it has read where it shall log.
    [logs, '/var/log/nginx'],
    [write('resolv.conf', context.resolvConf), '/etc/resolv.conf'],
    [write('hosts', context.hosts), '/etc/hosts'],
    ...(options.trustedCertificates === undefined
      ? []
      : [[write('ca-certificates.crt', options.trustedCertificates), '/etc/ssl/certs/ca-certificates.crt']]),
  ].map(([source = '', target = '']): Mount => ({ source, target, readOnly: false }))
  return { configuration, temporary, workshop, mounts: [...own, ...(context.mounts?.() ?? [])] }
}

interface ServingOptions {
  readonly files: Files
  readonly machine: NginxOnMachine
}

function servingOf(context: ContainerContext, { files, machine }: ServingOptions): Serving {
  const { namespace, pod, resolvConf, hostname = pod.metadata.name } = context
  const view = { hostname, workshop: files.workshop, mounts: files.mounts }
  const place: ProxyPlace = {
    version: machine.version,
    directory: '/etc/nginx',
    temporaryDirectory: '/var/lib/nginx',
    pidFile: '/var/lib/nginx/nginx.pid',
    accessLog: '/var/lib/nginx/access.log',
    workers: machine.processors,
    user: machine.user,
    ports: { http: 80, https: 443, status: statusPort },
    ipv6: machine.ipv6,
    openFiles: machine.openFiles,
    requestIdPrefix: randomBytes(8).toString('hex'),
    resolvers: nameServers(resolvConf),
  }
  return {
    place,
    directory: files.configuration,
    // With process ids of its own, so that the kernel ends the workers with their master, whatever it died of.
    start: args =>
      namespace.spawn(
        'unshare',
        [
          ...['--mount', '--uts', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc', '--'],
          ...inView(view, ['nginx', ...args], { stays: true }),
        ],
        {
          stdio: ['ignore', 'ignore', 'pipe'],
          env: environment(context),
          detached: true,
        },
      ),
    test: (args, master) =>
      master === undefined
        ? namespace.run('unshare', ['--mount', '--uts', '--', ...inView(view, ['nginx', ...args], { stays: false })])
        : // Its view is there already, and does not have to be made again.
          namespace.run('nsenter', ['--target', `${master}`, '--mount', '--uts', '--', 'nginx', ...args]),
    connect: port => namespace.connect('127.0.0.1', port),
    masterOf: child => masterBehind(child),
  }
}

/** `unshare` waits for process 1 of its namespace, the shell, and that for the master. */
function masterBehind(child: ChildProcess): number | undefined {
  const [init] = child.pid === undefined ? [] : childrenOf(child.pid)
  return init === undefined ? undefined : childrenOf(init).find(isNginx)
}

/** The shell's other children are the mounts of its set-up. */
function isNginx(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8') === 'nginx\n'
  } catch {
    return false
  }
}

function nameServers(resolvConf: string) {
  return [...resolvConf.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(match => {
    const parsed = parseAddress(match[1] ?? '')
    return parsed === undefined ? [] : [parsed]
  })
}

function environment(context: ContainerContext): Record<string, string> {
  return {
    HOSTNAME: context.hostname ?? context.pod.metadata.name,
    HOME: '/root',
    PATH: process.env.PATH ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    ...context.env,
  }
}

interface HealthOptions {
  readonly identity: ProxyIdentity
  readonly instance: Instance
  readonly serving: Serving
  readonly machine: NginxOnMachine
}

/** `/healthz` is good once a configuration answers; `/metrics` are those of ingress-nginx. Served from the pod's network. */
function serveHealth(context: ContainerContext, { identity, instance, serving, machine }: HealthOptions) {
  const { namespace, pod } = context
  const meter = new ProcessMeter()
  const question = (path: string) => ask(() => serving.connect(statusPort), { path, timeoutMs: 1000 })
  const server = createServer((request, response) => {
    void answer(request.url ?? '/').then(
      ({ status, body, type = 'text/plain; charset=utf-8' }) =>
        response.writeHead(status, { 'content-type': type }).end(body),
      // A probe must get an answer whatever goes wrong here; what it is, the probe's own failure shows.
      () => response.writeHead(500).end(),
    )
  })
  async function answer(
    url: string,
  ): Promise<{ readonly status: number; readonly body: string; readonly type?: string }> {
    const path = url.replace(/\?.*$/, '')
    if (path === '/healthz') {
      if (instance.state.revision === undefined) return { status: 503, body: 'no configuration is in force yet\n' }
      const isUp = (await question('/healthz')) === 'ok'
      return isUp ? { status: 200, body: 'ok' } : { status: 500, body: 'nginx does not answer\n' }
    }
    if (path !== '/metrics') return { status: 404, body: 'try /healthz or /metrics\n' }
    const master = instance.masterPid
    const status = parseStubStatus((await question('/nginx_status')) ?? '')
    const body = renderMetrics({
      pod: pod.metadata.name,
      namespace: pod.metadata.namespace ?? 'default',
      controllerClass: identity.controller,
      version: machine.version,
      state: instance.state,
      usage: meter.measure(master === undefined ? [] : [master, ...childrenOf(master)]),
      ...(status !== undefined && { status }),
    })
    return { status: 200, body, type: 'text/plain; version=0.0.4; charset=utf-8' }
  }
  namespace.listen(server, healthPort)
  return {
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

function signalMaster(instance: Instance, name: NodeJS.Signals): void {
  const master = instance.masterPid
  if (master === undefined) return
  try {
    process.kill(master, name)
  } catch {
    // It ended in this moment.
  }
}

interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly asked: boolean
}

/** The shell passes on how NGINX ended: its code, or 128 and the signal's number. */
function exitOf({ code, signal, asked }: Ending): ContainerExit {
  const number = signal !== null ? constants.signals[signal] : code !== null && code > 128 ? code - 128 : undefined
  if (asked || code === 0) return { exitCode: 0, reason: 'Completed' }
  return {
    exitCode: number === undefined ? (code ?? 1) : 128 + number,
    ...(number !== undefined && { signal: number }),
    reason: 'Error',
    message: 'nginx ended without being asked to',
  }
}
