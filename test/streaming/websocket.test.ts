// Clients other than kubectl: every WebSocket protocol we offer, and the refusals, byte by byte.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { startKubeServer } from './kube-server.testing.ts'
import { localPod } from './local-pod.testing.ts'

const timeout = 30_000
const path = '/api/v1/namespaces/shop/pods/web/exec?stdin=true&stdout=true&command='

function open(url: string, protocols: readonly string[]): WebSocket {
  return new WebSocket(url.replace('https:', 'wss:'), [...protocols], { rejectUnauthorized: false })
}

/** Every message until the close, as `channel:text`, empty ones left out. */
async function messages(socket: WebSocket, decode: (data: Buffer) => Buffer): Promise<readonly string[]> {
  const all: string[] = []
  socket.on('message', (data: Buffer) => {
    const bytes = decode(data)
    if (bytes.length > 1) all.push(`${bytes[0]}:${bytes.toString('utf8', 1)}`)
  })
  const [code] = await once(socket, 'close')
  assert.equal(code, 1000)
  return all
}

test('v5: 255 and a channel end that channel, and the status comes last', { timeout }, async () => {
  await using server = await startKubeServer(localPod())
  const socket = open(`${server.url}${path}cat`, ['v5.channel.k8s.io', 'v4.channel.k8s.io'])
  const received = messages(socket, data => data)
  await once(socket, 'open')
  assert.equal(socket.protocol, 'v5.channel.k8s.io')
  socket.send(Buffer.from('\0hello'))
  socket.send(Buffer.from([255, 0]))
  assert.deepEqual(await received, ['1:hello', '3:{"metadata":{},"status":"Success"}'])
})

test('v4: stdin cannot be ended, so the command has to end by itself', { timeout }, async () => {
  await using server = await startKubeServer(localPod())
  const socket = open(`${server.url}${path}head&command=-c5`, ['v4.channel.k8s.io'])
  const received = messages(socket, data => data)
  await once(socket, 'open')
  socket.send(Buffer.from('\0hello'))
  assert.deepEqual(await received, ['1:hello', '3:{"metadata":{},"status":"Success"}'])
})

test('v4 base64: the channel is a digit, the rest is base64 text', { timeout }, async () => {
  await using server = await startKubeServer(localPod())
  const socket = open(`${server.url}${path}head&command=-c5`, ['v4.base64.channel.k8s.io'])
  const received = messages(socket, data => {
    const text = data.toString()
    return Buffer.concat([Buffer.from([Number(text[0])]), Buffer.from(text.slice(1), 'base64')])
  })
  await once(socket, 'open')
  socket.send(`0${Buffer.from('hello').toString('base64')}`)
  assert.deepEqual(await received, ['1:hello', '3:{"metadata":{},"status":"Success"}'])
})

test('resizes reach the terminal, nonsense does not', { timeout }, async () => {
  const pod = localPod()
  await using server = await startKubeServer(pod)
  const socket = open(`${server.url}${path}head&command=-c1&tty=true`, ['v5.channel.k8s.io'])
  const received = messages(socket, data => data)
  await once(socket, 'open')
  for (const text of [
    '{"Width":80,"Height":24}',
    '{"Width":-1,"Height":24}',
    '{"Width":',
    '100,"Height":30}',
    'x}',
    '{}',
  ]) {
    socket.send(Buffer.from(`\x04${text}`))
  }
  socket.send(Buffer.from('\0x'))
  await received
  assert.deepEqual(pod.seen.sizes, ['80x24', '100x30'])
})

test('an unknown protocol, and a session without channels, are refused before anything runs', { timeout }, async () => {
  const pod = localPod()
  await using server = await startKubeServer(pod)
  const refusals = [
    { url: `${server.url}${path}cat`, protocol: 'v9.channel.k8s.io', code: 403 },
    { url: `${server.url}/api/v1/namespaces/shop/pods/web/exec?command=cat`, protocol: 'v5.channel.k8s.io', code: 400 },
    { url: `${server.url}/api/v1/namespaces/shop/pods/web/portforward`, protocol: 'v4.channel.k8s.io', code: 403 },
  ]
  for (const { url, protocol, code } of refusals) {
    const socket = open(url, [protocol])
    socket.on('error', () => {})
    const [, response] = await once(socket, 'unexpected-response')
    assert.equal(response.statusCode, code)
    response.resume()
    socket.terminate()
  }
  assert.equal(pod.seen.exec, undefined)
})
