// A real API server on loopback with a kubeconfig, and real kubectl to talk to it.
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiServer, type ApiServerOptions } from '../../src/apiserver/api-server.ts'
import type { Client } from '../../src/client/client.ts'
import { embeddedClient } from '../../src/client/embedded.ts'
import { address } from '../../src/net/address.ts'
import { namespaces } from '../../src/objects/kinds/namespace.ts'
import { createAuthority, issueCertificate } from '../../src/pki/authority.ts'
import { renderKubeconfig } from '../../src/pki/kubeconfig.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface TestCluster extends AsyncDisposable {
  readonly api: ApiServer
  readonly client: Client
  readonly directory: string
  readonly kubeconfig: string
  readonly url: string
  readonly authorityPem: string
  kubectl(...args: readonly string[]): Promise<Outcome>
  /** With `input` on stdin. */
  kubectlWith(input: string, ...args: readonly string[]): Promise<Outcome>
  /** With more in its environment. */
  kubectlIn(more: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Outcome>
  /** A kubectl that goes on; its lines as they come. */
  follow(...args: readonly string[]): { readonly lines: AsyncIterable<string>; stop(): void }
}

export async function startCluster(options: Partial<ApiServerOptions> = {}): Promise<TestCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'fairway-apiserver-'))
  const now = Date.now()
  const authority = createAuthority({ commonName: 'test CA', days: 1, now })
  const certificate = issueCertificate(authority, {
    commonName: 'kube-apiserver',
    dnsNames: ['localhost'],
    addresses: [address('127.0.0.1')],
    usages: ['server'],
    days: 1,
    now,
  })
  const admin = issueCertificate(authority, {
    commonName: 'admin',
    organizations: ['system:masters'],
    usages: ['client'],
    days: 1,
    now,
  })
  const api = ApiServer.open({
    database: ':memory:',
    now: Date.now,
    randomUUID: () => crypto.randomUUID(),
    serviceCidrs: ['10.96.0.0/12'],
    ...options,
  })
  const client = embeddedClient(api)
  for (const name of ['default', 'kube-system']) {
    if ((await client.get(namespaces, { name })) === undefined) {
      await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    }
  }
  const listening = await api.listen({
    on: { host: '127.0.0.1', port: 0 },
    certificate,
    clientAuthorityPem: authority.certificatePem,
  })
  const url = `https://127.0.0.1:${listening.port}`
  const kubeconfig = join(directory, 'kubeconfig')
  const text = renderKubeconfig({ name: 'test', server: url, authorityPem: authority.certificatePem, client: admin })
  writeFileSync(kubeconfig, text, { mode: 0o600 })
  // A home of its own keeps kubectl's discovery cache and preferences apart from the user's.
  const env = { PATH: process.env.PATH ?? '', HOME: directory, KUBECONFIG: kubeconfig }

  const run = (input: string, args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    new Promise<Outcome>(resolve => {
      const child = execFile(
        'kubectl',
        args,
        { env: { ...env, ...more }, timeout: 30_000, maxBuffer: 1 << 28 },
        (error, stdout, stderr) => {
          resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
        },
      )
      child.stdin?.end(input)
    })

  return {
    api,
    client,
    directory,
    kubeconfig,
    url,
    authorityPem: authority.certificatePem,
    kubectl: (...args) => run('', args),
    kubectlWith: (input, ...args) => run(input, args),
    kubectlIn: (more, ...args) => run('', args, more),
    follow: (...args) => {
      const child = spawn('kubectl', args, { env, stdio: ['ignore', 'pipe', 'inherit'] })
      return { lines: linesOf(child.stdout), stop: () => child.kill() }
    },
    [Symbol.asyncDispose]: async () => {
      await listening[Symbol.asyncDispose]()
      await api.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function* linesOf(stream: AsyncIterable<Buffer>): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of stream) {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
}
