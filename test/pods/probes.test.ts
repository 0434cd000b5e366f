// Do probes ask what they say they ask, over real connections?
// Run with: scripts/in-sandbox node --test test/pods/
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net'
import { after, test } from 'node:test'
import { runProbe } from '../../src/lab/kubelet/probes/run-probe.ts'
import { createAuthority, issueCertificate } from '../../src/pki/authority.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) server.close()
})

async function portOf(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, resolve))
  const { port } = server.address() as AddressInfo
  return port
}

const target = (port: number) => ({
  address: '127.0.0.1',
  ports: [{ name: 'web', containerPort: port }],
  connect: (address: string, to: number) => connect(to, address),
  exec: () => Promise.reject(new Error('no exec here')),
})

test('httpGet asks for the path, with the headers, by the name of the port; 200 to 399 are fine', async () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.url, request.headers.host, request.headers['user-agent'], request.headers['x-a']?.toString())
    response.statusCode = request.url === '/moved' ? 302 : request.url === '/bad' ? 500 : 200
    response.end()
  })
  const port = await portOf(server)
  const httpHeaders = [
    { name: 'Host', value: 'app.example' },
    { name: 'X-A', value: 'b' },
  ]
  assert.deepEqual(await runProbe({ httpGet: { path: '/ok?x=1', port: 'web', httpHeaders } }, target(port), 1000), {
    ok: true,
  })
  assert.deepEqual(seen, ['/ok?x=1', 'app.example', 'kube-probe/1.34', 'b'])
  assert.deepEqual(await runProbe({ httpGet: { path: '/moved', port } }, target(port), 1000), { ok: true })
  assert.deepEqual(await runProbe({ httpGet: { path: '/bad', port } }, target(port), 1000), {
    ok: false,
    why: 'HTTP probe failed with statuscode: 500',
  })
})

test('a port name that the container does not have is said', async () => {
  const result = await runProbe({ httpGet: { port: 'nope' } }, target(1), 1000)
  assert.ok(!result.ok && result.why.startsWith(`couldn't find port: "nope"`))
})

test('a server that never answers runs into the timeout', async () => {
  const port = await portOf(createTcpServer(() => {}))
  const started = Date.now()
  const result = await runProbe({ httpGet: { port } }, target(port), 150)
  assert.ok(!result.ok && result.why.includes('context deadline exceeded'))
  assert.ok(Date.now() - started < 600)
  assert.deepEqual(await runProbe({ tcpSocket: { port } }, target(port), 500), { ok: true })
})

test('HTTPS probes do not ask who signed the certificate', async () => {
  const authority = createAuthority({ commonName: 'test', days: 1, now: Date.now() })
  const leaf = issueCertificate(authority, {
    commonName: 'pod',
    dnsNames: ['pod'],
    addresses: [],
    usages: ['server'],
    days: 1,
    now: Date.now(),
  })
  const server = createHttpsServer({ key: leaf.privateKeyPem, cert: leaf.certificatePem }, (_request, response) =>
    response.end(),
  )
  const port = await portOf(server)
  assert.deepEqual(await runProbe({ httpGet: { port, scheme: 'HTTPS' } }, target(port), 1000), { ok: true })
})

test('the gRPC health protocol is spoken', async () => {
  const asked: Buffer[] = []
  let serving = 1
  const server = createHttp2Server()
  server.on('stream', stream => {
    stream.on('data', (chunk: Buffer) => asked.push(chunk))
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }))
    stream.end(Buffer.of(0, 0, 0, 0, 2, 0x08, serving))
  })
  const port = await portOf(server)
  assert.deepEqual(await runProbe({ grpc: { port, service: 'db' } }, target(port), 1000), { ok: true })
  assert.deepEqual(Buffer.concat(asked), Buffer.of(0, 0, 0, 0, 4, 0x0a, 2, 0x64, 0x62))
  serving = 2
  const result = await runProbe({ grpc: { port } }, target(port), 1000)
  assert.ok(!result.ok && result.why.startsWith('service unhealthy'))
})

test('a refused connection reads as Go words it', async () => {
  const server = createTcpServer()
  const port = await portOf(server)
  await new Promise(resolve => server.close(resolve))
  const result = await runProbe({ tcpSocket: { port } }, target(port), 1000)
  assert.deepEqual(result, { ok: false, why: `dial tcp 127.0.0.1:${port}: connect: connection refused` })
})
