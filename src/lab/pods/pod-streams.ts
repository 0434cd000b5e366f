// How do logs, exec, attach and port-forward reach the container they are meant for?
import { Duplex, Readable } from 'node:stream'
import type { ExecSession, LogOptions, PodStreams } from '../../apiserver/pod-streams.ts'
import { ApiError } from '../../objects/api-error.ts'
import { keyOf, type ObjectKey } from '../../objects/object.ts'
import type { Container } from '../kubelet/container.ts'
import type { PodWorker } from '../kubelet/pod-worker.ts'

/** The messages are those of the API server and the kubelet, which people search for. */
export function createPodStreams(kubelets: { worker(key: string): PodWorker | undefined }): PodStreams {
  const workerOf = (key: ObjectKey): PodWorker => {
    const worker = kubelets.worker(keyOf({ metadata: key }))
    if (worker === undefined) throw new ApiError(404, 'NotFound', `pods "${key.name}" not found`)
    return worker
  }
  return {
    async logs(key, options) {
      const worker = workerOf(key)
      return logsOf(worker, containerOf(worker, options.container), options)
    },
    async exec(key, options) {
      const worker = workerOf(key)
      const container = containerOf(worker, options.container)
      const { running } = container
      if (running === undefined) throw notRunning(worker, container)
      return await running.exec(options)
    },
    async attach(key, options) {
      const worker = workerOf(key)
      const container = containerOf(worker, options.container)
      const { running } = container
      if (running === undefined) throw notRunning(worker, container)
      return running.attach === undefined ? followLog(container) : await running.attach(options)
    },
    async connect(key, port) {
      return await connectTo(workerOf(key), port)
    },
  }
}

function containerOf(worker: PodWorker, name: string | undefined): Container {
  const { spec, metadata } = worker.pod
  const names = (spec?.containers ?? []).map(container => container.name)
  if (name === undefined && names.length > 1) {
    const choice = `choose one of: [${names.join(' ')}]`
    throw new ApiError(400, 'BadRequest', `a container name must be specified for pod ${metadata.name}, ${choice}`)
  }
  const wanted = name ?? names[0] ?? ''
  const container = worker.container(wanted)
  if (container === undefined) {
    throw new ApiError(400, 'BadRequest', `container ${wanted} is not valid for pod ${metadata.name}`)
  }
  return container
}

function notRunning({ pod }: PodWorker, container: Container): ApiError {
  const { state } = container.status()
  if (state?.terminated !== undefined) {
    const { name, namespace = 'default' } = pod.metadata
    const phase = `current phase is ${pod.status?.phase ?? 'Pending'}`
    return new ApiError(
      400,
      'BadRequest',
      `cannot exec into a container in a completed pod; ${phase} (${namespace}/${name})`,
    )
  }
  return new ApiError(404, 'NotFound', `container not found ("${container.name}")`)
}

function logsOf(worker: PodWorker, container: Container, options: LogOptions): Readable {
  const { name } = worker.pod.metadata
  if (options.previous && container.previousLog === undefined) {
    const message = `previous terminated container "${container.name}" in pod "${name}" not found`
    throw new ApiError(400, 'BadRequest', message)
  }
  const { state, lastState } = container.status()
  if (!options.previous && state?.waiting !== undefined && lastState?.terminated === undefined) {
    const reason = state.waiting.reason ?? 'ContainerCreating'
    const message = `container "${container.name}" in pod "${name}" is waiting to start: ${reason}`
    throw new ApiError(400, 'BadRequest', message)
  }
  return ((options.previous ? container.previousLog : undefined) ?? container.log).read(options)
}

/** Attached to a container without stdio of its own, one sees what it logs from now on. */
function followLog(container: Container): ExecSession {
  const abort = new AbortController()
  const stdout = container.log.read({ follow: true, timestamps: false, tailLines: 0, signal: abort.signal })
  const { promise, resolve } = Promise.withResolvers<{ code: number }>()
  stdout.once('close', () => resolve({ code: 0 }))
  return {
    stdin: new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() }),
    stdout,
    stderr: Readable.from([]),
    exit: promise,
    resize: () => {},
    kill: () => abort.abort(),
  }
}

async function connectTo(worker: PodWorker, port: number): Promise<Duplex> {
  const { namespace, pod } = worker
  const { name } = pod.metadata
  if (namespace === undefined) {
    const phase = pod.status?.phase ?? 'Pending'
    throw new ApiError(400, 'BadRequest', `unable to forward port because pod is not running. Current status=${phase}`)
  }
  const tries: string[] = []
  // As container runtimes do: localhost inside the pod, where servers that bind to it alone are found too.
  for (const address of ['127.0.0.1', '::1']) {
    const socket = namespace.connect(address, port)
    const { promise, resolve } = Promise.withResolvers<Error | undefined>()
    socket.once('connect', () => resolve(undefined)).once('error', resolve)
    const error = await promise
    if (error === undefined) return socket
    socket.destroy()
    tries.push(`dial tcp${address.includes(':') ? '6' : '4'} ${address}:${port}: ${refusal(error)}`)
  }
  throw new ApiError(
    500,
    'InternalError',
    `failed to connect to localhost:${port} inside namespace "${name}": ${tries[0] ?? ''}`,
  )
}

function refusal(error: Error): string {
  return 'code' in error && error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message
}
