// An HTTPS server that knows one running pod, and just enough of the API for kubectl to find it.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { sendLog } from '../../src/apiserver/streaming/logs.ts'
import { handleUpgrade } from '../../src/apiserver/streaming/upgrade.ts'
import { address } from '../../src/net/address.ts'
import { createAuthority, issueCertificate } from '../../src/pki/authority.ts'
import type { LocalPod } from './local-pod.testing.ts'

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'c0ffee' },
  spec: { containers: [{ name: 'main', image: 'local', stdin: true, ports: [{ containerPort: 80 }] }] },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
}

const answers: Readonly<Record<string, object>> = {
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [
      { name: 'pods', singularName: 'pod', namespaced: true, kind: 'Pod', verbs: ['get', 'list'], shortNames: ['po'] },
    ],
  },
  '/api/v1/namespaces/shop/pods/web': pod,
}

export interface KubeServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
}

export async function startKubeServer(streams: LocalPod): Promise<KubeServer> {
  const now = Date.now()
  const authority = createAuthority({ commonName: 'test', days: 1, now })
  const { certificatePem, privateKeyPem } = issueCertificate(authority, {
    commonName: 'kubernetes',
    addresses: [address('127.0.0.1')],
    usages: ['server'],
    days: 1,
    now,
  })
  const target = { streams, pod: { namespace: 'shop', name: 'web' } }
  const server: Server = createServer({ cert: certificatePem, key: privateKeyPem }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost')
    if (url.pathname.endsWith('/log')) {
      void sendLog(response, { ...target, query: url.searchParams, now: Date.now() })
      return
    }
    const answer = answers[url.pathname]
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify(answer ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotFound', code: 404 }),
    )
  })
  server.on('upgrade', (request, socket, head) => {
    const kind = (['exec', 'attach', 'portforward'] as const).find(kind => request.url?.includes(`/pods/web/${kind}`))
    if (kind === undefined) socket.destroy()
    else void handleUpgrade(request, socket, head, { ...target, kind })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `https://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** kubectl 1.31 and newer speak WebSocket unless told otherwise; older ones speak SPDY only. */
export type Transport = 'websocket' | 'spdy'
export const transports: readonly Transport[] = ['websocket', 'spdy']

export function kubectlCommand(server: KubeServer, transport: Transport, args: readonly string[]) {
  const useWebSockets = String(transport === 'websocket')
  const connection = [`--server=${server.url}`, '--insecure-skip-tls-verify', '--token=x', '-n', 'shop']
  return {
    command: ['kubectl', '--kubeconfig=/dev/null', ...connection, ...args],
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      KUBECTL_REMOTE_COMMAND_WEBSOCKETS: useWebSockets,
      KUBECTL_PORT_FORWARD_WEBSOCKETS: useWebSockets,
    },
  }
}

export function startKubectl(server: KubeServer, transport: Transport, args: readonly string[]): ChildProcess {
  const { command, env } = kubectlCommand(server, transport, args)
  const [program = '', ...rest] = command
  return spawn(program, rest, { env, stdio: ['pipe', 'pipe', 'pipe'] })
}

export interface Outcome {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

export async function finished(child: ChildProcess, input?: string | Buffer): Promise<Outcome> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  const [code] = await once(child, 'close')
  return {
    code: typeof code === 'number' ? code : null,
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString(),
  }
}
