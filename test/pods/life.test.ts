// Do pods come to life, serve, fail as rehearsed, and go, with the status and Events of a real kubelet?
// Run with: scripts/in-sandbox node --test test/pods/
import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { leases } from '../../src/objects/kinds/lease.ts'
import { nodes } from '../../src/objects/kinds/node.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'
import { startLab } from './lab.testing.ts'

let lab: Awaited<ReturnType<typeof startLab>>
before(async () => {
  lab = await startLab()
})
after(async () => {
  await lab[Symbol.asyncDispose]()
  assert.deepEqual(lab.problems, [])
})

const echo = (more: object = {}) => ({
  containers: [{ name: 'echo', image: 'example/echo:1', ports: [{ name: 'http', containerPort: 8080 }], ...more }],
})

test('a stand-in is Ready at once and tells who it is', async () => {
  const started = Date.now()
  await lab.create('hello', echo())
  const pod = await lab.ready('hello')
  const took = Date.now() - started
  assert.ok(took < 1000, `${took} ms`)
  assert.equal(pod.status?.phase, 'Running')
  assert.equal(pod.status?.podIP, '10.244.0.10')
  assert.equal(pod.status?.hostIP, '192.168.1.100')
  const status = pod.status?.containerStatuses?.[0]
  assert.ok(status?.ready && status.started && status.restartCount === 0 && status.state?.running?.startedAt)
  const { stdout } = await lab.curl('laptop', 'http://10.244.0.10:8080/path?q=1')
  const answer = JSON.parse(stdout)
  assert.equal(answer.pod, 'hello')
  assert.equal(answer.path, '/path?q=1')
  assert.equal(answer.client.address, '192.168.1.50')
  await lab.until('the access log', async () => {
    const abort = new AbortController()
    const log = await lab.streams.logs(
      { namespace: 'default', name: 'hello' },
      { follow: false, previous: false, timestamps: false, signal: abort.signal },
    )
    return (await text(log)).includes('GET /path?q=1') || undefined
  })
})

test('one write is enough for a start, with a probe too', async () => {
  const created = await lab.create('frugal', echo({ readinessProbe: { httpGet: { path: '/', port: 'http' } } }))
  await lab.ready('frugal')
  const abort = new AbortController()
  const watch = lab.client.watch<Pod>(pods, {
    resourceVersion: created.metadata.resourceVersion ?? '',
    fieldSelector: 'metadata.name=frugal',
    namespace: 'default',
    signal: abort.signal,
  })
  setTimeout(() => abort.abort(), 500)
  let writes = 0
  for await (const event of watch) if (event.type === 'MODIFIED') writes++
  assert.equal(writes, 1)
})

test('nodes are Ready and keep their lease', async () => {
  const node = await lab.client.get(nodes, { name: 'node-2' })
  assert.match(JSON.stringify(node), /"type":"Ready"/)
  const key = { namespace: 'kube-node-lease', name: 'node-2' }
  const first = JSON.stringify(await lab.client.get(leases, key))
  await lab.until('a renewal', async () => JSON.stringify(await lab.client.get(leases, key)) !== first || undefined)
})

test('a deleted pod goes within a second, and its address rests', async () => {
  await lab.create('leaving', echo())
  const { status } = await lab.ready('leaving')
  const started = Date.now()
  await lab.delete('leaving')
  await lab.gone('leaving')
  assert.ok(Date.now() - started < 1000)
  await lab.create('coming', echo())
  const next = await lab.ready('coming')
  assert.notEqual(next.status?.podIP, status?.podIP)
})

test('an outage is rehearsed and ended by an annotation', async () => {
  await lab.create('actor', echo())
  const { status } = await lab.ready('actor')
  const url = `http://${status?.podIP}:8080/`
  const fail = (mode: string | null) => lab.patch('actor', { metadata: { annotations: { 'fairway.dev/fail': mode } } })
  const code = async () => (await lab.curl('laptop', '-o', '/dev/null', '-w', '%{http_code}', '-m', '0.5', url)).stdout

  const started = Date.now()
  await fail('readiness')
  await lab.until('not ready', async () => lab.condition(await lab.get('actor'), 'Ready') === 'False' || undefined)
  assert.ok(Date.now() - started < 200)
  assert.equal(await code(), '200')
  await fail('http=503')
  await lab.ready('actor')
  assert.equal(await code(), '503')
  await fail('refuse')
  await lab.until('refused', async () => (await code()) === '000' || undefined)
  await fail('hang')
  await lab.until('hangs', async () => (await lab.curl('laptop', '-m', '0.3', url)).exitCode === 28 || undefined)
  await fail('slow=250ms')
  const before = Date.now()
  await lab.until('slow', async () => (await code()) === '200' || undefined)
  assert.ok(Date.now() - before >= 250)
  await fail('nonsense')
  await lab.until(
    'an Event that lists the modes',
    async () => JSON.stringify(await lab.eventReasons('actor')).includes('slow=250ms') || undefined,
  )
  await fail(null)
  await lab.until('well again', async () => (await code()) === '200' || undefined)
})

test('a crashing container backs off, and comes back when the rehearsal ends', async () => {
  await lab.create('crasher', echo(), { annotations: { 'fairway.dev/fail': 'crash' } })
  const pod = await lab.until('CrashLoopBackOff', async () => {
    const found = await lab.get('crasher')
    return found?.status?.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff' ? found : undefined
  })
  const status = pod.status?.containerStatuses?.[0]
  assert.equal(status?.lastState?.terminated?.exitCode, 1)
  assert.match(
    status?.state?.waiting?.message ?? '',
    /^back-off 300ms restarting failed container=echo pod=crasher_default\(/,
  )
  assert.equal(pod.status?.phase, 'Running')
  await lab.patch('crasher', { metadata: { annotations: { 'fairway.dev/fail': null } } })
  const well = await lab.ready('crasher')
  assert.ok((well.status?.containerStatuses?.[0]?.restartCount ?? 0) >= 1)
})

test('a failing liveness rehearsal restarts the container', async () => {
  await lab.create('ill', echo())
  await lab.ready('ill')
  await lab.patch('ill', { metadata: { annotations: { 'fairway.dev/fail': 'liveness' } } })
  await lab.until(
    'a restart',
    async () => ((await lab.get('ill'))?.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0 || undefined,
  )
})

test('probes are real: one that fails keeps the pod from being Ready and says why', async () => {
  await lab.create(
    'shy',
    echo({ readinessProbe: { tcpSocket: { port: 9999 }, periodSeconds: 1, failureThreshold: 1 } }),
  )
  await lab.until(
    'an Unhealthy Event',
    async () => JSON.stringify(await lab.eventReasons('shy')).includes('connect: connection refused') || undefined,
  )
  const pod = await lab.get('shy')
  assert.equal(lab.condition(pod, 'Ready'), 'False')
  assert.equal(pod?.status?.phase, 'Running')
})

test('init containers run first, and a Job-like pod ends', async () => {
  const step = (name: string, script: string, more: object = {}) => ({
    name,
    image: 'busybox:1.36',
    command: ['sh', '-c', script],
    ...more,
  })
  const volumeMounts = [{ name: 'work', mountPath: '/work' }]
  await lab.create('steps', {
    restartPolicy: 'Never',
    volumes: [{ name: 'work', emptyDir: {} }],
    initContainers: [
      step('one', 'echo first > /work/log', { volumeMounts }),
      step('two', 'echo second >> /work/log', { volumeMounts }),
    ],
    containers: [step('main', 'cat /work/log; exit 3', { volumeMounts })],
  })
  const pod = await lab.until('the end', async () => {
    const found = await lab.get('steps')
    return found?.status?.phase === 'Failed' ? found : undefined
  })
  assert.equal(pod.status?.containerStatuses?.[0]?.state?.terminated?.exitCode, 3)
  const abort = new AbortController()
  const log = await lab.streams.logs(
    { namespace: 'default', name: 'steps' },
    { follow: false, previous: false, timestamps: false, signal: abort.signal },
  )
  assert.equal(await text(log), 'first\nsecond\n')
})

test('after a restart of the daemon pods keep their addresses', async () => {
  await lab.create('stayer', echo())
  const before = await lab.ready('stayer')
  await lab.restart()
  const after = await lab.until('restarted', async () => {
    const pod = await lab.get('stayer')
    return pod?.status?.containerStatuses?.[0]?.restartCount === 1 && lab.condition(pod, 'Ready') === 'True'
      ? pod
      : undefined
  })
  assert.equal(after.status?.podIP, before.status?.podIP)
  assert.equal(
    (await lab.curl('laptop', '-o', '/dev/null', '-w', '%{http_code}', `http://${after.status?.podIP}:8080/`)).stdout,
    '200',
  )
})
