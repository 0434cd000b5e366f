// What does a stand-in answer on the wire: plain and unusual HTTP, WebSockets, event streams, TLS, anything else?
// Run with: scripts/in-sandbox node --test test/pods/
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { createSecureContext } from 'node:tls'
import type { ContainerContext, RunningContainer } from '../../src/lab/runtime.ts'
import { createStandIn } from '../../src/lab/runtimes/stand-in/stand-in.ts'
import { address } from '../../src/net/address.ts'
import { createAuthority, issueCertificate } from '../../src/pki/authority.ts'
import type { NetNamespace } from '../../src/sys/namespace.ts'
import { changeNetwork } from '../../src/sys/netlink.ts'
import { createNamespace } from '../../src/sys/netns.ts'
import { useOwnRun } from '../lab/own-run.testing.ts'

useOwnRun()

let namespace: NetNamespace
let container: RunningContainer
let log = ''
before(async () => {
  namespace = createNamespace('pod')
  changeNetwork(namespace, netlink => netlink.apply([{ kind: 'set-link', name: 'lo', up: true }]))
  const authority = createAuthority({ commonName: 'test', days: 1, now: Date.now() })
  const leaf = issueCertificate(authority, { commonName: 'pod', usages: ['server'], days: 1, now: Date.now() })
  const runtime = createStandIn({
    now: Date.now,
    exec: () => assert.fail('nobody asked for a shell'),
    secureContext: async () => createSecureContext({ key: leaf.privateKeyPem, cert: leaf.certificatePem }),
  })
  container = await runtime.start(context())
})
after(async () => {
  await container.stop(0)
  await namespace[Symbol.asyncDispose]()
})

function context(): ContainerContext {
  return {
    pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'ns' } },
    container: { name: 'c', image: 'example/app', ports: [{ containerPort: 80 }] },
    nodeName: 'n',
    namespace,
    addresses: [address('10.244.0.10')],
    directory: '/run',
    resolvConf: '',
    hosts: '',
    env: {},
    log: (_stream, chunk) => {
      log += String(chunk)
    },
  }
}

const curl = async (...args: string[]) => (await namespace.run('curl', ['-s', '-m', '5', ...args])).stdout
const connect = (): Socket => namespace.connect('127.0.0.1', 80)

/** Sends, and answers what has come when nothing more does. */
async function dialogue(...parts: string[]): Promise<string> {
  const socket = connect()
  for (const part of parts) {
    socket.write(part)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  socket.end()
  return await text(socket)
}

test('both ways of serving give the same answer', async () => {
  const plain = JSON.parse(await curl('-H', 'X-Twice: 1', '-H', 'x-twice: 2', 'http://127.0.0.1/p?q=%C3%A9'))
  const full = JSON.parse(
    await curl(
      '-H',
      'X-Twice: 1',
      '-H',
      'x-twice: 2',
      '-H',
      'Connection: keep-alive, x',
      'http://127.0.0.1/p?q=%C3%A9',
    ),
  )
  assert.deepEqual(
    plain.headers.filter(([name]: [string]) => /twice/i.test(name)),
    [
      ['X-Twice', '1'],
      ['x-twice', '2'],
    ],
  )
  assert.deepEqual(Object.keys(full), Object.keys(plain))
  assert.equal(full.path, plain.path)
  assert.match(log, /127\.0\.0\.1:\d+ "GET \/p\?q=.* HTTP\/1\.1" 200/)
})

test('a kept connection serves plain and other requests in any order', async () => {
  const plain = 'GET /1 HTTP/1.1\r\nHost: x\r\n\r\n'
  const post = 'POST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody'
  const answers = await dialogue(plain, plain, post, plain, `${plain}${plain}`)
  assert.equal(answers.match(/HTTP\/1\.1 200 OK/g)?.length, 6)
  assert.match(answers, /"body": "body"/)
})

test('a request line that comes in pieces is still HTTP', async () => {
  assert.match(
    await dialogue('G', 'ET /slow', 'ly HTTP/1.1\r\nHost: x\r\n', 'Connection: close\r\n\r\n'),
    /"path": "\/slowly"/,
  )
})

test('HTTP that is wrong is refused by a real server', async () => {
  assert.match(await dialogue('GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request/)
  assert.match(await dialogue('GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n'), /^HTTP\/1\.1 400 Bad Request/)
})

test('knobs set status, delay and size', async () => {
  assert.equal(await curl('-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1/?status=418'), '418')
  const took = Number(await curl('-o', '/dev/null', '-w', '%{time_total}', 'http://127.0.0.1/?delay=200'))
  assert.ok(took >= 0.2 && took < 1, String(took))
  assert.equal(await curl('-o', '/dev/null', '-w', '%{size_download}', 'http://127.0.0.1/?bytes=1000000'), '1000000')
  assert.equal(await curl('-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1/?status=nonsense'), '200')
})

test('TLS is answered on the same port, and told of', async () => {
  const answer = JSON.parse(await curl('-k', '--resolve', 'app.example:80:127.0.0.1', 'https://app.example:80/secure'))
  assert.equal(answer.tls.serverName, 'app.example')
  assert.match(answer.tls.version, /^TLSv1\./)
})

test('a WebSocket is greeted and echoed', async () => {
  const socket = connect()
  socket.write(
    'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  )
  let seen = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    seen = Buffer.concat([seen, chunk])
  })
  await once(socket, 'data')
  // A masked text frame with "hi" (RFC 6455 §5.7); the mask is all zeros.
  socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]))
  for (let i = 0; i < 100 && !seen.includes(Buffer.from([0x81, 2, 0x68, 0x69])); i++)
    await new Promise(r => setTimeout(r, 10))
  assert.match(
    seen.toString(),
    /101 Switching Protocols[\s\S]*Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=[\s\S]*pod=p/,
  )
  assert.ok(seen.includes(Buffer.from([0x81, 2, 0x68, 0x69])))
  socket.destroy()
})

test('an event stream says who sends it', async () => {
  const socket = connect()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n')
  const [chunk] = await once(socket, 'data')
  assert.match(String(chunk), /Content-Type: text\/event-stream[\s\S]*data: pod=p namespace=ns node=n/)
  socket.destroy()
})

test('bytes that are not HTTP come back behind the identity', async () => {
  assert.equal(await dialogue('PING', '\r\nmore'), 'pod=p namespace=ns node=n addresses=10.244.0.10\nPING\r\nmore')
})

test('a stand-in that stops still serves for a moment, then refuses', async () => {
  const runtime = createStandIn({ now: Date.now, exec: () => assert.fail('no shell') })
  const other = await runtime.start({
    ...context(),
    container: { name: 'c', image: 'x', ports: [{ containerPort: 81 }] },
  })
  const stopped = other.stop(1000)
  assert.match(await curl('-i', 'http://127.0.0.1:81/'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*Connection: close/i)
  await stopped
  assert.deepEqual(await other.exited, { exitCode: 0, reason: 'Completed' })
  assert.equal((await namespace.run('curl', ['-s', 'http://127.0.0.1:81/'])).exitCode, 7)
})

test('a port that is taken is a failed start', async () => {
  const runtime = createStandIn({ now: Date.now, exec: () => assert.fail('no shell') })
  await assert.rejects(runtime.start(context()), /cannot bind to TCP port 80.*EADDRINUSE/)
})
