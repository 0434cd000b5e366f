// Does real kubectl find in these pods what it finds in any cluster: logs, exec, run -it, cp, port-forward?
// Run with: scripts/in-sandbox node --test test/pods/
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { host } from '../../src/sys/host.ts'
import { spawnInTerminal } from '../../src/sys/pty.ts'
import { startLab } from './lab.testing.ts'

let lab: Awaited<ReturnType<typeof startLab>>
const directory = mkdtempSync(join(tmpdir(), 'fairway-pods-'))
before(async () => {
  lab = await startLab()
  await lab.create('echo', { containers: [{ name: 'echo', image: 'example/echo', ports: [{ containerPort: 8080 }] }] })
  await lab.ready('echo')
})
after(async () => {
  await lab[Symbol.asyncDispose]()
  rmSync(directory, { recursive: true })
  assert.deepEqual(lab.problems, [])
})

/** Pods are bound here, since no scheduler runs in this lab. */
const onNode = ['--overrides', '{"spec":{"nodeName":"node-1","terminationGracePeriodSeconds":1}}']

test('kubectl get and describe show what the node agent says', async () => {
  const get = await lab.kubectl('get', 'pod', 'echo', '-o', 'wide', '--no-headers')
  assert.match(get.stdout, /^echo +1\/1 +Running +0 .*10\.244\.0\.10 +node-1/)
  await lab.until(
    'Events',
    async () => (await lab.kubectl('describe', 'pod', 'echo')).stdout.includes('Started container echo') || undefined,
  )
  const { stdout } = await lab.kubectl('describe', 'pod', 'echo')
  assert.match(stdout, /QoS Class: +BestEffort/)
  assert.match(stdout, /is played by a stand-in/)
  assert.match((await lab.kubectl('get', 'nodes', '--no-headers')).stdout, /^node-1 +Ready .*\nnode-2 +Ready/)
})

test('kubectl exec and cp work in a stand-in, both ways', async () => {
  assert.equal((await lab.kubectl('exec', 'echo', '--', 'hostname')).stdout, 'echo\n')
  const failing = await lab.kubectl('exec', 'echo', '--', 'sh', '-c', 'exit 9')
  assert.equal(failing.code, 9)
  writeFileSync(join(directory, 'up'), 'some text')
  const up = await lab.kubectl('cp', join(directory, 'up'), 'echo:/tmp/file')
  assert.equal(up.code, 0, up.stderr)
  const down = await lab.kubectl('cp', 'echo:/tmp/file', join(directory, 'down'))
  assert.equal(down.code, 0, down.stderr)
  assert.equal(readFileSync(join(directory, 'down'), 'utf8'), 'some text')
})

test('kubectl run --rm -it is a shell in the pod network, and leaves nothing', async () => {
  const env = { KUBECONFIG: lab.kubeconfig, HOME: directory }
  const argv = [
    'kubectl',
    'run',
    'box',
    '--image=busybox',
    '--rm',
    '-it',
    '--restart=Never',
    '--override-type=strategic',
    ...onNode,
  ]
  const terminal = spawnInTerminal(host, argv, { env })
  let screen = ''
  terminal.stream.on('data', (chunk: Buffer) => {
    screen += chunk.toString()
  })
  await lab.until('a prompt', () => screen.includes('/ # '))
  terminal.stream.write('wget -qO- http://10.244.0.10:8080/ | grep \'"pod"\'; echo $((6 * 7))\n')
  await lab.until('the answer', () => screen.includes('"pod": "echo"') && screen.includes('42'))
  terminal.stream.write('exit\n')
  assert.equal(await terminal.exitCode, 0)
  assert.match(screen, /pod "box" deleted/)
  await lab.gone('box')
})

test('kubectl run of one command shows its output, however fast it is over', async () => {
  const argv = [
    'run',
    'quick',
    '--image=busybox',
    '--rm',
    '-i',
    '--restart=Never',
    '--override-type=strategic',
    ...onNode,
    '--',
    'echo',
    'was here',
  ]
  const { stdout, stderr } = await lab.kubectl(...argv)
  assert.match(stdout + stderr, /was here/)
})

test('kubectl logs follows, and port-forward forwards', async () => {
  const forward = spawn('kubectl', ['port-forward', 'pod/echo', ':8080'], {
    env: { PATH: process.env.PATH, KUBECONFIG: lab.kubeconfig, HOME: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [line] = await once(createInterface(forward.stdout), 'line', { signal: AbortSignal.timeout(5000) })
    const port = /127\.0\.0\.1:(\d+)/.exec(String(line))?.[1]
    const answer = await fetch(`http://127.0.0.1:${port}/forwarded`)
    assert.equal(answer.headers.get('x-pod'), 'echo')
    await answer.text()
  } finally {
    forward.kill()
  }
  await lab.until(
    'the access log',
    async () => (await lab.kubectl('logs', 'echo')).stdout.includes('GET /forwarded') || undefined,
  )
})
