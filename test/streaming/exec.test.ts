// Real kubectl runs commands through our exec and attach, over both transports.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { finished, kubectlCommand, startKubectl, startKubeServer, transports } from './kube-server.testing.ts'
import { localPod } from './local-pod.testing.ts'

const timeout = 60_000

for (const transport of transports) {
  test(`${transport}: exec brings both outputs and the exit code`, { timeout }, async () => {
    const pod = localPod()
    await using server = await startKubeServer(pod)
    const command = ['sh', '-c', 'echo out; echo err >&2; exit 7']
    const { code, stdout, stderr } = await finished(startKubectl(server, transport, ['exec', 'web', '--', ...command]))
    assert.equal(stdout.toString(), 'out\n')
    assert.equal(stderr, 'err\ncommand terminated with exit code 7\n')
    assert.equal(code, 7)
    assert.deepEqual(pod.seen.exec, { command, container: 'main', tty: false, stdin: false })
  })

  test(`${transport}: exec -i ends the stdin of the command when ours ends`, { timeout }, async () => {
    await using server = await startKubeServer(localPod())
    const child = startKubectl(server, transport, ['exec', '-i', 'web', '--', 'sort'])
    const { code, stdout } = await finished(child, 'pear\napple\n')
    assert.equal(stdout.toString(), 'apple\npear\n')
    assert.equal(code, 0)
  })

  test(`${transport}: a command that reads no stdin ends although the client keeps sending`, { timeout }, async () => {
    await using server = await startKubeServer(localPod())
    const child = startKubectl(server, transport, [
      'exec',
      '-i',
      'web',
      '--',
      'sh',
      '-c',
      'exec <&-; sleep 0.2; echo done',
    ])
    const { code, stdout } = await finished(child, Buffer.alloc(8_000_000))
    assert.equal(stdout.toString(), 'done\n')
    assert.equal(code, 0)
  })

  test(`${transport}: a command that cannot be started is the answer to the request itself`, { timeout }, async () => {
    await using server = await startKubeServer(localPod())
    const { code, stderr } = await finished(startKubectl(server, transport, ['exec', 'web', '--', 'no-such-program']))
    assert.match(stderr, /exec: "no-such-program": executable file not found/)
    assert.equal(code, 1)
  })

  test(`${transport}: attach reaches a running process in both directions, and tells no exit code`, {
    timeout,
  }, async () => {
    await using server = await startKubeServer(localPod())
    const { code, stdout } = await finished(startKubectl(server, transport, ['attach', '-i', 'web']), 'hello\n')
    assert.equal(stdout.toString(), 'attached\nhello\n')
    assert.equal(code, 0)
  })

  test(`${transport}: a command whose client is killed is killed too`, { timeout }, async () => {
    const pod = localPod()
    await using server = await startKubeServer(pod)
    const child = startKubectl(server, transport, ['exec', 'web', '--', 'sh', '-c', 'echo ready; exec sleep 60'])
    await new Promise(resolve => child.stdout?.once('data', resolve))
    child.kill('SIGKILL')
    const started = Date.now()
    while (pod.seen.killed === 0 && Date.now() - started < 5_000) await new Promise(resolve => setTimeout(resolve, 20))
    assert.equal(pod.seen.killed, 1)
  })

  test(`${transport}: 50 MB arrive intact, in memory that does not grow with them`, { timeout }, async () => {
    await using server = await startKubeServer(localPod())
    const directory = mkdtempSync(join(tmpdir(), 'streaming-'))
    try {
      const file = join(directory, 'big')
      const bytes = randomBytes(50_000_000)
      writeFileSync(file, bytes)
      const expected = createHash('sha256').update(bytes).digest('hex')
      const before = process.memoryUsage().rss
      const child = startKubectl(server, transport, ['exec', 'web', '--', 'cat', file])
      const hash = createHash('sha256')
      let peak = 0
      const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
      for await (const chunk of child.stdout ?? []) {
        hash.update(chunk)
        peak = Math.max(peak, process.memoryUsage().rss)
      }
      assert.equal(await ended, 0)
      assert.equal(hash.digest('hex'), expected)
      assert.ok(peak - before < 150e6, `resident memory grew by ${peak - before} bytes`)
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  test(`${transport}: a slow reader holds the command back instead of filling memory`, { timeout }, async () => {
    const pod = localPod()
    await using server = await startKubeServer(pod)
    const child = startKubectl(server, transport, ['exec', 'web', '--', 'cat', '/dev/zero'])
    // Nobody reads the stdout of kubectl, so everything in between has to stop.
    await new Promise(resolve => setTimeout(resolve, 700))
    const early = process.memoryUsage().rss
    await new Promise(resolve => setTimeout(resolve, 1_000))
    const late = process.memoryUsage().rss
    child.kill('SIGKILL')
    assert.ok(late - early < 20e6, `resident memory grew by ${late - early} bytes while nobody was reading`)
  })

  test(`${transport}: a command that does not read holds kubectl back, and gets everything in the end`, {
    timeout,
  }, async () => {
    await using server = await startKubeServer(localPod())
    const size = 50_000_000
    const before = process.memoryUsage().rss
    const child = startKubectl(server, transport, ['exec', '-i', 'web', '--', 'sh', '-c', 'sleep 1; wc -c'])
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss)
    }, 20)
    const { stdout } = await finished(child, Buffer.alloc(size))
    clearInterval(watch)
    assert.equal(Number(stdout.toString()), size)
    // The bytes that the test itself holds count once.
    assert.ok(peak - before < size + 60e6, `resident memory grew by ${peak - before} bytes`)
  })

  test(`${transport}: cp carries 20 MB there and back`, { timeout }, async () => {
    await using server = await startKubeServer(localPod())
    const directory = mkdtempSync(join(tmpdir(), 'streaming-'))
    try {
      const bytes = randomBytes(20_000_000)
      const path = (name: string) => join(directory, name)
      writeFileSync(path('local'), bytes)
      const there = await finished(startKubectl(server, transport, ['cp', path('local'), `web:${path('remote')}`]))
      assert.equal(there.code, 0, there.stderr)
      const back = await finished(startKubectl(server, transport, ['cp', `web:${path('remote')}`, path('back')]))
      assert.equal(back.code, 0, back.stderr)
      assert.ok(readFileSync(path('remote')).equals(bytes))
      assert.ok(readFileSync(path('back')).equals(bytes))
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
}

for (const transport of transports) {
  test(`${transport}: exec -it asks for a terminal of the size of the user's`, { timeout }, async () => {
    const pod = localPod()
    await using server = await startKubeServer(pod)
    const { command, env } = kubectlCommand(server, transport, [
      'exec',
      '-it',
      'web',
      '--',
      'sh',
      '-c',
      'sleep 0.3; echo done',
    ])
    // `script` gives kubectl the terminal that it insists on.
    const child = spawn('script', ['-qec', `stty rows 33 cols 111; ${command.map(quote).join(' ')}`, '/dev/null'], {
      env,
    })
    const { stdout } = await finished(child)
    assert.match(stdout.toString(), /done/)
    assert.equal(pod.seen.exec?.tty, true)
    assert.deepEqual(pod.seen.sizes, ['111x33'])
  })
}

function quote(text: string): string {
  return `'${text}'`
}
