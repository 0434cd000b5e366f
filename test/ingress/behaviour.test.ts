// Does a real NGINX redirect, choose certificates, upgrade, take large bodies, and reload without losing anyone?
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { issueCertificate, type KeyPair } from '../../src/pki/authority.ts'
import {
  ask,
  authority,
  type Backend,
  ingress,
  now,
  rule,
  service,
  startBackend,
  startProxy,
  type TestProxy,
  type World,
} from './proxy.testing.ts'
import { weakPair } from './weak-pair.testing.ts'

const broken = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'HTTPRoute',
  metadata: { name: 'broken', namespace: 'test' },
  // JavaScript reads this pattern, PCRE does not: a lookbehind of no fixed length.
  spec: {
    parentRefs: [{ name: 'gateway' }],
    hostnames: ['broken.test'],
    rules: [
      {
        matches: [{ path: { type: 'RegularExpression' as const, value: '/(?<=a+)b' } }],
        backendRefs: [{ name: 'a', port: 80 }],
      },
    ],
  },
}
const gateway = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'gateway', namespace: 'test' },
  spec: { gatewayClassName: 'external', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
}

describe('a real NGINX', () => {
  let proxy: TestProxy
  let a: Backend
  let b: Backend
  let world: World

  before(async () => {
    a = await startBackend('a')
    b = await startBackend('b')
    a.server.on('upgrade', (request, socket) => {
      const accept = createHash('sha1')
        .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64')
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      )
      socket.on('data', (chunk: Buffer) => socket.write(chunk))
      socket.on('error', () => {})
    })
    const pair = issueCertificate(authority, {
      commonName: 'own',
      dnsNames: ['own.test', '*.own.test'],
      usages: ['server'],
      days: 1,
      now,
    })
    world = {
      services: [service('a', [a]), service('b', [b])],
      secrets: { 'test/own': { ...pair, names: ['own.test', '*.own.test'] } },
      ingresses: [
        ingress('own', { tls: [{ hosts: ['own.test'], secretName: 'own' }], rules: [rule('own.test', [['/', 'Prefix', 'a']])] }),
        ingress('missing', { tls: [{ hosts: ['missing.test'], secretName: 'gone' }], rules: [rule('missing.test', [['/', 'Prefix', 'a'], ['/.well-known/acme-challenge/token', 'Exact', 'b']])] }),
        ingress('other', { tls: [{ hosts: ['other.test'], secretName: 'own' }], rules: [rule('other.test', [['/', 'Prefix', 'a']])] }),
        ingress('plain', { rules: [rule('plain.test', [['/', 'Prefix', 'a']])] }),
        ingress('forced', { rules: [rule('forced.test', [['/', 'Prefix', 'a']])] }, { 'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true' }),
        ingress('unforced', { tls: [{ hosts: ['unforced.test'] }], rules: [rule('unforced.test', [['/', 'Prefix', 'a']])] }, { 'nginx.ingress.kubernetes.io/ssl-redirect': 'false' }),
        ingress('guarded', { rules: [rule('guarded.test', [['/', 'Prefix', 'a']])] }, { 'nginx.ingress.kubernetes.io/auth-url': 'http://auth.test/' }),
      ],
      tuning: { 'client-max-body-size': '3m', 'client-body-buffer-size': '128k', 'enable-gzip': 'true', 'gzip-types': 'application/json' },
    } // biome-ignore format: a table of Ingresses
    proxy = await startProxy(world)
  })
  after(async () => {
    await proxy[Symbol.asyncDispose]()
    await a[Symbol.asyncDispose]()
    await b[Symbol.asyncDispose]()
  })

  test('plain HTTP of a host with a tls entry is redirected with 308, without port and final slash', async () => {
    for (const [path, location] of [
      ['/', 'https://own.test'],
      ['/a/b?x=1', 'https://own.test/a/b?x=1'],
      ['/a/', 'https://own.test/a'],
    ] as const) {
      const got = await ask({ host: 'own.test:80', path })
      assert.equal(got.status, 308)
      assert.equal(got.headers.location, location)
    }
  })

  test('the redirect happens although the Secret is missing, and never because the client says it came by https', async () => {
    assert.equal((await ask({ host: 'missing.test', headers: { 'x-forwarded-proto': 'https' } })).status, 308)
  })

  test('a redirect cannot be made to carry a header of the client', async () => {
    const got = await ask({ host: 'own.test', path: '/%0d%0aset-cookie:%20x=1' })
    assert.equal(got.status, 308)
    assert.equal(got.headers['set-cookie'], undefined)
  })

  test('challenges of ACME are answered on plain HTTP', async () => {
    assert.equal((await ask({ host: 'missing.test', path: '/.well-known/acme-challenge/token' })).echo.backend, 'b')
    assert.equal((await ask({ host: 'own.test', path: '/.well-known/acme-challenge/token' })).echo.backend, 'a')
    assert.equal((await ask({ host: 'own.test', path: '/.well-known/acme-challenge' })).status, 308)
  })

  test('annotations of the redirect are honoured; without a tls entry there is none', async () => {
    assert.equal((await ask({ host: 'forced.test' })).status, 308)
    assert.equal((await ask({ host: 'unforced.test' })).status, 200)
    assert.equal((await ask({ host: 'plain.test' })).status, 200)
  })

  test('a protection that is not honoured closes the path', async () => {
    assert.equal((await ask({ host: 'guarded.test' })).status, 503)
  })

  test('the certificate follows the name of the handshake; what covers not falls back to the authority', async () => {
    assert.match((await ask({ host: 'own.test', tls: true })).certificateNames, /DNS:own\.test, DNS:\*\.own\.test/)
    for (const host of ['missing.test', 'other.test', 'plain.test']) {
      const got = await ask({ host, tls: true })
      assert.equal(got.certificateNames, `DNS:${host}`)
      assert.equal(got.echo.backend, 'a')
      assert.equal(got.echo.headers['x-forwarded-proto'], 'https')
      assert.equal(got.echo.headers['x-forwarded-port'], '443')
    }
    assert.match((await ask({ host: 'nobody.test', tls: true })).certificateNames, /DNS:ingress\.local/)
  })

  test('HTTP/2 is spoken over TLS', async () => {
    const session = connectHttp2('https://127.0.0.1', { servername: 'plain.test', ca: authority.certificatePem })
    const stream = session.request({ ':path': '/two', ':authority': 'plain.test' })
    let body = ''
    stream.on('data', chunk => (body += String(chunk)))
    await once(stream, 'end')
    session.close()
    const echo = JSON.parse(body) as { url: string; headers: Record<string, string> }
    assert.equal(echo.url, '/two')
    assert.equal(echo.headers.host, 'plain.test')
  })

  test('a WebSocket goes through, both ways', async () => {
    const socket = connect(80, '127.0.0.1')
    socket.write(
      'GET /ws HTTP/1.1\r\nHost: plain.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    )
    const [head] = (await once(socket, 'data')) as [Buffer]
    assert.match(head.toString(), /^HTTP\/1\.1 101 /)
    assert.match(head.toString(), /s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/)
    socket.write('frames')
    const [echoed] = (await once(socket, 'data')) as [Buffer]
    assert.equal(echoed.toString(), 'frames')
    socket.destroy()
  })

  test('bodies up to the limit of the ConfigMap arrive whole, larger ones get 413', async () => {
    const body = Buffer.alloc(2_900_000, 'x')
    const got = await ask({ host: 'plain.test', method: 'POST', body })
    assert.equal(got.echo.bodyBytes, body.length)
    assert.equal((await ask({ host: 'plain.test', method: 'POST', body: Buffer.alloc(3_200_000) })).status, 413)
  })

  test('answers are compressed for whoever asks', async () => {
    const got = await ask({ host: 'plain.test', path: `/${'x'.repeat(400)}`, headers: { 'accept-encoding': 'gzip' } })
    assert.equal(got.headers['content-encoding'], 'gzip')
  })

  test('endpoints and routes that change are in force when update has settled', async () => {
    await proxy.update({ ...world, services: [service('a', [b]), service('b', [b])] })
    assert.equal((await ask({ host: 'plain.test' })).echo.backend, 'b')
    await proxy.update(world)
    assert.equal((await ask({ host: 'plain.test' })).echo.backend, 'a')
  })

  test('the same table is no reload', async () => {
    const { reloads } = proxy.instance.state
    await proxy.update(world)
    assert.equal(proxy.instance.state.reloads, reloads)
  })

  test('fifty reloads lose no new connection', async () => {
    // One closed loop of curl, a new connection for each request, over the whole time.
    const load = spawn(
      'sh',
      [
        '-c',
        'n=0; while [ ! -e "$1" ]; do curl -s -o /dev/null -m 5 -w "%{http_code}\\n" -H "Host: plain.test" http://127.0.0.1/ || echo lost; done',
        'sh',
        `${proxy.directory}/stop`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    let answers = ''
    load.stdout.on('data', chunk => (answers += String(chunk)))
    const before = proxy.instance.state.reloads
    for (let round = 0; round < 50; round++) {
      await proxy.update({ ...world, services: [service('a', round % 2 === 0 ? [b] : [a]), service('b', [b])] })
    }
    const { writeFileSync } = await import('node:fs')
    writeFileSync(`${proxy.directory}/stop`, '')
    await once(load, 'close')
    const counts = Map.groupBy(answers.trim().split('\n'), line => line)
    assert.deepEqual([...counts.keys()], ['200'])
    assert.ok((counts.get('200') ?? []).length > 100)
    assert.ok(proxy.instance.state.reloads - before >= 50)
  })

  test('an object that NGINX refuses is left out with a diagnostic; the others change all the same', async () => {
    await proxy.update({
      ...world,
      gateways: [gateway],
      httpRoutes: [broken],
      ingresses: [...(world.ingresses ?? []), ingress('late', { rules: [rule('late.test', [['/', 'Prefix', 'b']])] })],
    })
    const found = proxy.instance.state.diagnostics.find(item => item.code === 'FW440')
    assert.equal(found?.object, 'HTTPRoute/test/broken')
    assert.match(found?.message ?? '', /lookbehind/)
    assert.equal((await ask({ host: 'late.test' })).echo.backend, 'b')
    assert.equal((await ask({ host: 'plain.test' })).echo.backend, 'a')
    await proxy.update(world)
    assert.equal(proxy.instance.state.diagnostics.length, 0)
  })

  test('a Secret that NGINX refuses gets a new chance with another certificate', async () => {
    const secured = (pair: KeyPair) => ({
      ...world,
      ingresses: [
        ...(world.ingresses ?? []),
        ingress('weak', {
          tls: [{ hosts: ['weak.test'], secretName: 'weak' }],
          rules: [rule('weak.test', [['/', 'Prefix', 'b']])],
        }),
      ],
      secrets: { ...world.secrets, 'test/weak': { ...pair, names: ['weak.test'] } },
    })
    const refused = () => proxy.instance.state.diagnostics.filter(({ code }) => code === 'FW440')
    await proxy.update(secured(weakPair))
    assert.equal(refused()[0]?.object, 'Secret/test/weak')
    assert.equal((await ask({ host: 'weak.test', tls: true })).certificateNames, 'DNS:weak.test')
    const [commonName, ...dnsNames] = ['strong', 'weak.test', 'weak-no-more.test']
    await proxy.update(secured(issueCertificate(authority, { commonName, dnsNames, usages: ['server'], days: 1, now })))
    assert.deepEqual(refused(), [])
    assert.match((await ask({ host: 'weak.test', tls: true })).certificateNames, /weak-no-more/)
    await proxy.update(world)
  })

  test('a first configuration that NGINX refuses is served without what it refuses', async () => {
    await proxy[Symbol.asyncDispose]()
    proxy = await startProxy({ ...world, gateways: [gateway], httpRoutes: [broken] })
    const found = proxy.instance.state.diagnostics.find(item => item.code === 'FW440')
    assert.equal(found?.object, 'HTTPRoute/test/broken')
    assert.equal((await ask({ host: 'plain.test' })).echo.backend, 'a')
  })
})
