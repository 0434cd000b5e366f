// Real kubectl forwards ports through us: parallel connections, half-closed ones, refused ones.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { type KubeServer, startKubectl, startKubeServer, type Transport, transports } from './kube-server.testing.ts'
import { localPod } from './local-pod.testing.ts'

const timeout = 60_000

async function listen(
  onConnection: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer({ allowHalfOpen: true }, onConnection)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

/** Runs kubectl port-forward to `port`; gives the local port it listens on and what it has said on stderr. */
async function forward(server: KubeServer, transport: Transport, port: number) {
  const child = startKubectl(server, transport, ['port-forward', 'pod/web', `:${port}`])
  let stderr = ''
  child.stderr?.on('data', chunk => {
    stderr += String(chunk)
  })
  const local = await new Promise<number>((resolve, reject) => {
    let text = ''
    child.stdout?.on('data', chunk => {
      text += String(chunk)
      const found = /127\.0\.0\.1:(\d+)/.exec(text)
      if (found !== null) resolve(Number(found[1]))
    })
    child.once('close', () => reject(new Error(`kubectl ended: ${stderr}`)))
  })
  return {
    local,
    stderr: () => stderr,
    ended: once(child, 'close'),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'close')
    },
  }
}

function dial(port: number): Socket {
  return connect({ port, host: '127.0.0.1', allowHalfOpen: true })
}

for (const transport of transports) {
  test(`${transport}: parallel connections carry their own bytes, 4 MB each way`, { timeout }, async () => {
    const echo = await listen(socket => socket.pipe(socket))
    await using server = await startKubeServer(localPod())
    await using forwarded = await forward(server, transport, echo.port)
    await Promise.all(
      Array.from({ length: 6 }, async () => {
        const bytes = randomBytes(4_000_000)
        const socket = dial(forwarded.local)
        const received = buffer(socket)
        socket.end(bytes)
        assert.ok((await received).equals(bytes))
      }),
    )
    echo.server.close()
  })

  test(`${transport}: the answer to a half-closed connection arrives`, { timeout }, async () => {
    const counter = await listen(async socket => {
      const all = await buffer(socket)
      socket.end(`${all.length} bytes`)
    })
    await using server = await startKubeServer(localPod())
    await using forwarded = await forward(server, transport, counter.port)
    const socket = dial(forwarded.local)
    socket.end('twelve bytes')
    assert.equal((await buffer(socket)).toString(), '12 bytes')
    counter.server.close()
  })

  test(`${transport}: one connection that nobody reads does not hold up another`, { timeout }, async () => {
    let isFirst = true
    const greeter = await listen(socket => {
      socket.on('error', () => {})
      if (isFirst) socket.pause()
      else socket.end('hello')
      isFirst = false
    })
    await using server = await startKubeServer(localPod())
    await using forwarded = await forward(server, transport, greeter.port)
    const stuck = dial(forwarded.local)
    stuck.on('error', () => {})
    stuck.write(randomBytes(500_000))
    await new Promise(resolve => setTimeout(resolve, 200))
    assert.equal((await buffer(dial(forwarded.local))).toString(), 'hello')
    stuck.destroy()
    greeter.server.close()
  })

  test(`${transport}: a port that nobody serves is named in kubectl's error`, { timeout }, async () => {
    const nobody = await listen(() => {})
    nobody.server.close()
    await once(nobody.server, 'close')
    await using server = await startKubeServer(localPod())
    await using forwarded = await forward(server, transport, nobody.port)
    const socket = dial(forwarded.local)
    socket.on('error', () => {})
    await forwarded.ended
    assert.match(forwarded.stderr(), new RegExp(`error forwarding port ${nobody.port} to pod shop/web: .*ECONNREFUSED`))
  })

  test(`${transport}: connections into the pod end with kubectl`, { timeout }, async () => {
    const open = new Set<Socket>()
    const holder = await listen(socket => {
      open.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => open.delete(socket))
      socket.once('end', () => socket.end())
      socket.resume()
      socket.write('x')
    })
    await using server = await startKubeServer(localPod())
    {
      await using forwarded = await forward(server, transport, holder.port)
      const socket = dial(forwarded.local)
      socket.on('error', () => {})
      await once(socket, 'data')
      assert.equal(open.size, 1)
    }
    const started = Date.now()
    while (open.size > 0 && Date.now() - started < 5_000) await new Promise(resolve => setTimeout(resolve, 20))
    assert.equal(open.size, 0)
    holder.server.close()
  })
}
