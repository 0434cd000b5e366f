// A real NGINX on loopback in front of small backends, driven by Ingresses as a test writes them.
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInstance, type Instance } from '../../src/dataplane/nginx/instance.ts'
import { examineNginx } from '../../src/dataplane/nginx/machine.ts'
import { childrenOf } from '../../src/dataplane/nginx/reload.ts'
import { address } from '../../src/net/address.ts'
import type { ServiceModel } from '../../src/network/model.ts'
import { buildRoutingTable, type RoutingInput } from '../../src/network/routing/build-table.ts'
import type { RoutingTable } from '../../src/network/routing.ts'
import type { ConfigMap } from '../../src/objects/kinds/config-map.ts'
import type { Gateway } from '../../src/objects/kinds/gateway.ts'
import type { HTTPRoute } from '../../src/objects/kinds/http-route.ts'
import type { Ingress } from '../../src/objects/kinds/ingress.ts'
import { createAuthority, issueCertificate, type KeyPair } from '../../src/pki/authority.ts'
import { host } from '../../src/sys/host.ts'

export const now = Date.now()
export const authority = createAuthority({ commonName: 'test CA', days: 1, now })

/** What the backend `name` answers with, as JSON. */
export interface Echo {
  readonly backend: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly bodyBytes: number
}

export interface Backend extends AsyncDisposable {
  readonly name: string
  readonly port: number
  readonly server: Server
}

export async function startBackend(name: string): Promise<Backend> {
  const server = createServer((request, response) => {
    let bodyBytes = 0
    request.on('data', (chunk: Buffer) => (bodyBytes += chunk.length))
    request.on('end', () => {
      response.setHeader('content-type', 'application/json')
      response.setHeader('strict-transport-security', 'max-age=1')
      response.setHeader('x-removed', 'yes')
      const { method, url, headers } = request
      response.end(JSON.stringify({ backend: name, method, url, headers, bodyBytes }))
    })
  })
  server.keepAliveTimeout = 60_000
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    name,
    port,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** A Service `test/<name>` with port 80 named http, served by these backends. */
export function service(name: string, backends: readonly Backend[]): ServiceModel {
  return {
    key: `test/${name}`,
    namespace: 'test',
    name,
    type: 'ClusterIP',
    headless: false,
    labels: {},
    createdMs: 0,
    clusterIPs: [address('10.96.0.50')],
    families: [4],
    frontends: [],
    loadBalancerIPs: [],
    externalIPs: [],
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    publishNotReadyAddresses: false,
    endpoints: [],
    ports: [
      {
        name: 'http',
        protocol: 'TCP',
        port: 80,
        endpoints: backends.map(({ port }) => ({
          address: address('127.0.0.1'),
          port,
          ready: true,
          serving: true,
          terminating: false,
        })),
      },
    ],
  }
}

type Spec = NonNullable<Ingress['spec']>

export function ingress(name: string, spec: Spec, annotations: Readonly<Record<string, string>> = {}): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'test', annotations, creationTimestamp: '2025-01-01T00:00:00Z' },
    spec: { ingressClassName: 'external', ...spec },
  }
}

export function rule(
  host: string | undefined,
  paths: readonly (readonly [path: string, type: 'Exact' | 'Prefix', service: string])[],
) {
  return {
    ...(host !== undefined && { host }),
    http: {
      paths: paths.map(([path, pathType, name]) => ({
        path,
        pathType,
        backend: { service: { name, port: { number: 80 } } },
      })),
    },
  }
}

export interface World {
  readonly ingresses?: readonly Ingress[]
  readonly gateways?: readonly Gateway[]
  readonly httpRoutes?: readonly HTTPRoute[]
  readonly services?: readonly ServiceModel[]
  readonly secrets?: Readonly<Record<string, KeyPair & { readonly names: readonly string[] }>>
  readonly tuning?: Readonly<Record<string, string>>
}

export function tableOf(world: World): RoutingTable {
  const services = new Map((world.services ?? []).map(item => [item.key, item]))
  const input: RoutingInput = {
    className: 'external',
    controller: 'k8s.io/external',
    ingressClasses: [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IngressClass',
        metadata: { name: 'external' },
        spec: { controller: 'k8s.io/external' },
      },
    ],
    ingresses: world.ingresses ?? [],
    gateways: world.gateways ?? [],
    httpRoutes: world.httpRoutes ?? [],
    namespaceLabels: () => ({}),
    service: key => services.get(key),
    certificate: (namespace, name) => {
      const secret = world.secrets?.[`${namespace}/${name}`]
      return secret === undefined ? { kind: 'missing' } : { kind: 'valid', names: secret.names }
    },
    ...(world.tuning !== undefined && { configMap: configMap(world.tuning) }),
  }
  return buildRoutingTable(input)
}

export function configMap(data: Readonly<Record<string, string>>): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'nginx-configuration', namespace: 'network' }, data }
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Of an https answer: the names of the certificate that was shown. */
  readonly certificateNames: string
  readonly echo: Echo
}

export interface Question {
  readonly host: string
  readonly path?: string
  readonly method?: string
  readonly tls?: boolean
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
}

export interface TestProxy extends AsyncDisposable {
  readonly instance: Instance
  readonly directory: string
  readonly output: () => string
  update(world: World): Promise<RoutingTable>
  ask(question: Question): Promise<Answer>
  /** Processes of this NGINX, the master first. */
  processes(): readonly number[]
  configuration(): string
}

export async function startProxy(world: World, options: { readonly workers?: number } = {}): Promise<TestProxy> {
  const machine = await examineNginx(host)
  const directory = mkdtempSync(join(tmpdir(), 'fairway-nginx-'))
  // The workers' user has to reach the bodies it stores.
  chmodSync(directory, 0o711)
  mkdirSync(join(directory, 'tmp'), { mode: 0o711 })
  let output = ''
  const instance = createInstance({
    serving: {
      directory,
      place: {
        version: machine.version,
        directory,
        temporaryDirectory: join(directory, 'tmp'),
        pidFile: join(directory, 'nginx.pid'),
        accessLog: join(directory, 'access.log'),
        workers: options.workers ?? 2,
        user: machine.user,
        ports: { http: 80, https: 443, status: 10246 },
        ipv6: machine.ipv6,
        openFiles: machine.openFiles,
        requestIdPrefix: 'test',
        resolvers: [],
      },
      start: args => host.spawn('nginx', args, { stdio: ['ignore', 'ignore', 'pipe'], detached: true }),
      test: args => host.run('nginx', args),
      connect: port => connect(port, '127.0.0.1'),
      masterOf: child => child.pid,
    },
    issue: async names =>
      issueCertificate(authority, { commonName: names[0] ?? '', dnsNames: names, usages: ['server'], days: 1, now }),
    now: () => Date.now(),
    onState: () => {},
    onProblem: error => (output += `${String(error)}\n`),
    onOutput: chunk => (output += Buffer.from(chunk).toString()),
    onExit: () => {},
  })
  const proxy: TestProxy = {
    instance,
    directory,
    output: () => output,
    async update(next) {
      const table = tableOf(next)
      instance.update({ table, secrets: new Map(Object.entries(next.secrets ?? {})) })
      await instance.settled()
      return table
    },
    ask,
    processes: () => (instance.masterPid === undefined ? [] : [instance.masterPid, ...childrenOf(instance.masterPid)]),
    configuration: () => readFileSync(join(directory, 'nginx.conf'), 'utf8'),
    async [Symbol.asyncDispose]() {
      await instance.stop(2000)
      rmSync(directory, { recursive: true, force: true })
    },
  }
  await proxy.update(world)
  if (instance.state.revision === undefined) throw new Error(`nginx did not start: ${output}`)
  return proxy
}

/** On a new connection each time. */
export async function ask({
  host: name,
  path = '/',
  method = 'GET',
  tls = false,
  headers = {},
  body,
}: Question): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const common = { host: '127.0.0.1', path, method, agent: false as const, headers: { host: name, ...headers } }
  const sent = tls
    ? httpsRequest(
        { ...common, port: 443, servername: name, ca: authority.certificatePem, rejectUnauthorized: false },
        resolve,
      )
    : httpRequest({ ...common, port: 80 }, resolve)
  sent.on('error', reject)
  sent.end(body)
  const response = await promise
  let text = ''
  for await (const chunk of response) text += String(chunk)
  const socket = response.socket as unknown as { getPeerCertificate?: () => { subjectaltname?: string } }
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: text,
    certificateNames: socket.getPeerCertificate?.().subjectaltname ?? '',
    get echo() {
      return JSON.parse(text) as Echo
    },
  }
}
