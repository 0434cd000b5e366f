// Real kubectl reads logs through us, and lets go of the container when it leaves.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { finished, startKubectl, startKubeServer } from './kube-server.testing.ts'
import { localPod } from './local-pod.testing.ts'

const timeout = 30_000

test('logs ends with the log, and its options reach the container', { timeout }, async () => {
  const pod = localPod(['one', 'two', 'three'])
  await using server = await startKubeServer(pod)
  const args = ['logs', 'web', '-c', 'main', '--tail=2', '--timestamps', '--since=1m', '--limit-bytes=1000']
  const before = Date.now()
  const { code, stdout } = await finished(startKubectl(server, 'websocket', args))
  assert.equal(stdout.toString(), 'two\nthree\n')
  assert.equal(code, 0)
  const { sinceMs, signal: _signal, ...seen } = pod.seen.logs ?? {}
  assert.deepEqual(seen, {
    container: 'main',
    follow: false,
    previous: false,
    timestamps: true,
    tailLines: 2,
    limitBytes: 1000,
  })
  assert.ok(sinceMs !== undefined && sinceMs >= before - 60_000 && sinceMs <= Date.now() - 60_000)
})

test('logs -f shows lines at once, and the source is closed when kubectl leaves', { timeout }, async () => {
  const pod = localPod(['ready'])
  await using server = await startKubeServer(pod)
  const child = startKubectl(server, 'websocket', ['logs', '-f', 'web'])
  const [chunk] = await once(child.stdout ?? child, 'data')
  assert.equal(String(chunk), 'ready\n')
  assert.equal(pod.seen.logs?.follow, true)
  assert.equal(pod.seen.aborted, 0)
  child.kill('SIGKILL')
  const started = Date.now()
  while (pod.seen.aborted === 0 && Date.now() - started < 5_000) await new Promise(resolve => setTimeout(resolve, 20))
  assert.equal(pod.seen.aborted, 1)
})
