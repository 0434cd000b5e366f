// Who may do what: certificates, tokens, and those who show nothing.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { request } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { serviceAccounts } from '../../src/objects/kinds/service-account.ts'
import { startCluster, type TestCluster } from './cluster.testing.ts'

let cluster: TestCluster
before(async () => {
  cluster = await startCluster()
  for (const name of ['bot', 'gone']) {
    await cluster.client.create(serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace: 'default' },
    })
  }
})
after(() => cluster[Symbol.asyncDispose]())

interface Answer {
  readonly code: number
  readonly body: string
}

/** Without a client certificate. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${cluster.url}${path}`, { ca: cluster.authorityPem, headers, agent: false }, response => {
      let body = ''
      response.on('data', chunk => {
        body += chunk
      })
      response.on('end', () => resolve({ code: response.statusCode ?? 0, body }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const token = async (...args: string[]) => (await cluster.kubectl('create', 'token', ...args)).stdout

test('the administrator may do everything, and is told who they are', async () => {
  assert.equal((await cluster.kubectl('auth', 'can-i', '*', '*')).stdout, 'yes\n')
  assert.match(
    (await cluster.kubectl('auth', 'whoami')).stdout,
    /Username +admin\nGroups +\[system:masters system:authenticated\]/,
  )
})

test('without certificate and token, discovery is open and objects are not', async () => {
  for (const path of ['/api', '/apis', '/apis/apps/v1', '/version', '/healthz', '/openapi/v3']) {
    assert.equal((await ask(path)).code, 200, path)
  }
  const refused = await ask('/api/v1/namespaces/default/secrets')
  assert.equal(refused.code, 403)
  assert.match(
    refused.body,
    /secrets is forbidden: User \\"system:anonymous\\" cannot list resource \\"secrets\\" in API group \\"\\" in the namespace \\"default\\"/,
  )
  assert.equal((await ask('/metrics')).code, 403)
})

test('a token of a service account says who it is, and no more', async () => {
  const text = await token('bot')
  assert.equal((await ask('/apis', bearer(text))).code, 200)
  const refused = await ask('/api/v1/pods', bearer(text))
  assert.equal(refused.code, 403)
  assert.match(refused.body, /system:serviceaccount:default:bot/)
})

test('a token is worth nothing once it was changed, or its account is gone', async () => {
  const text = await token('gone')
  assert.equal((await ask('/apis', bearer(text))).code, 200)
  const [header, claims, signature] = text.split('.')
  const forged = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(claims ?? '', 'base64url').toString()), sub: 'admin' }),
  ).toString('base64url')
  assert.equal((await ask('/apis', bearer(`${header}.${forged}.${signature}`))).code, 401)
  await cluster.kubectl('delete', 'serviceaccount', 'gone')
  assert.equal((await ask('/apis', bearer(text))).code, 401)
})

test('an administrator may act as somebody else, nobody else may', async () => {
  const asBot = await cluster.kubectl('get', 'pods', '--as=system:serviceaccount:default:bot')
  assert.match(asBot.stderr, /User "system:serviceaccount:default:bot" cannot list resource "pods"/)
  const bot = bearer(await token('bot'))
  const sneaky = await ask('/api/v1/pods', {
    ...bot,
    'impersonate-user': 'admin',
    'impersonate-group': 'system:masters',
  })
  assert.match(sneaky.body, /cannot impersonate resource/)
})

test('a token may not be asked for shorter than ten minutes', async () => {
  const short = await cluster.kubectl('create', 'token', 'bot', '--duration=1m')
  assert.match(short.stderr, /may not specify a duration less than 10 minutes/)
})

test('whoever resets an upgrade that is being refused harms nobody', async () => {
  const server = createServer(cluster.api.requestHandler()).on('upgrade', cluster.api.upgradeHandler())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  for (let i = 0; i < 20; i++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    await once(socket, 'connect')
    const head =
      'GET /api/v1/namespaces/default/pods/x/exec HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket'
    await new Promise<void>(resolve => socket.write(`${head}\r\n\r\n`, () => resolve()))
    socket.resetAndDestroy()
    await once(socket, 'close')
  }
  assert.equal((await fetch(`http://127.0.0.1:${port}/version`)).status, 200)
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

test('names that nothing has do not make the metrics grow', async () => {
  for (let i = 0; i < 5; i++) await ask(`/api/v1/invented-${i}`)
  const { stdout } = await cluster.kubectl('get', '--raw', '/metrics')
  assert.match(stdout, /apiserver_request_total\{verb="GET",resource="none",code="403"\} \d+/)
  assert.doesNotMatch(stdout, /invented/)
})

test('a body that is too large is refused, and the connection with it', async () => {
  const server = createServer(cluster.api.requestHandler({ assume: { name: 'test', groups: ['system:masters'] } }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/api/v1/namespaces/default/configmaps`
  const body = JSON.stringify({ metadata: { name: 'large' }, data: { fill: 'x'.repeat(4 * 1024 * 1024) } })
  const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } })
  assert.deepEqual([answer.status, answer.headers.get('connection')], [413, 'close'])
  await answer.body?.cancel()
  assert.equal((await fetch(url)).status, 200)
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})
