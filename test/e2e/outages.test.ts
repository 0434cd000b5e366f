// Rehearsed outages: what an annotation on a pod does to its readiness, its Service and those who ask for it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startLab, type TestLab } from './lab.testing.ts'
import { app } from './manifests.testing.ts'

const host = 'rehearsed.anton.example'
let lab: TestLab
let victim = ''
before(async () => {
  lab = await startLab('outages')
  await lab.apply(...app('rehearsed', { replicas: 2, host, probes: ['readinessProbe'] }))
  await lab.ok('rollout', 'status', 'deploy/rehearsed', '--timeout=20s')
  victim = (await lab.ok('get', 'pods', '-l', 'app=rehearsed', '-o', 'name')).split('\n')[0] ?? ''
})
after(() => lab[Symbol.asyncDispose]())

const fail = (mode: string) => lab.ok('annotate', '--overwrite', victim, `fairway.dev/fail=${mode}`)
const heal = () => lab.ok('annotate', victim, 'fairway.dev/fail-')
const field = (path: string) => lab.ok('get', victim, '-o', `jsonpath={${path}}`)
const readiness = () => field('.status.conditions[?(@.type=="Ready")].status')

async function endpoints(): Promise<number> {
  const text = await lab.ok('get', 'endpoints', 'rehearsed', '-o', 'jsonpath={.subsets[*].addresses[*].ip}')
  return text.split(' ').filter(ip => ip !== '').length
}

async function isOut(): Promise<void> {
  await lab.eventually(async () => {
    assert.equal(await readiness(), 'False')
    assert.equal(await endpoints(), 1)
  })
}

async function isBack(): Promise<void> {
  await lab.eventually(async () => {
    assert.equal(await readiness(), 'True')
    assert.equal(await endpoints(), 2)
  }, 30_000)
  assert.doesNotMatch(await field('.status.conditions'), /ContainersNotReady/)
}

/** Ten requests of the laptop through the ingress; the pods that answered. */
async function answers(): Promise<ReadonlySet<string>> {
  const script = `for i in 1 2 3 4 5 6 7 8 9 10; do curl -sSk -m 5 -w ' %{http_code}\\n' -o /dev/null -D - https://${host}/; done`
  const { stdout } = await lab.on('laptop', 'sh', '-c', script)
  assert.equal(stdout.match(/ 200$/gm)?.length, 10, stdout)
  return new Set(stdout.match(/(?<=^x-pod: )\S+/gim))
}

test('both pods answer as long as nothing fails', async () => {
  await lab.eventually(async () => assert.equal((await answers()).size, 2))
})

for (const mode of ['readiness', 'refuse', 'http=503', 'hang'] as const) {
  test(`fail=${mode} takes the pod out of its Service, and nobody who asks notices`, async () => {
    await fail(mode)
    await isOut()
    await lab.eventually(async () =>
      assert.deepEqual([...(await answers())].includes(victim.replace('pod/', '')), false),
    )
    await heal()
    await isBack()
    await lab.eventually(async () => assert.equal((await answers()).size, 2))
  })
}

test('fail=slow answers late, and stays in the Service', async () => {
  await fail('slow=400ms')
  const address = await field('.status.podIP')
  await lab.eventually(async () => {
    const { stdout } = await lab.on(
      'k8s-1',
      'curl',
      '-sS',
      '-o',
      '/dev/null',
      '-w',
      '%{time_total}',
      `http://${address}:8080/`,
    )
    assert.ok(Number(stdout) >= 0.4, stdout)
  })
  assert.equal(await endpoints(), 2)
  await heal()
})

test('fail=crash restarts the container with back-off, and its log before the crash is kept', async () => {
  await fail('crash')
  await lab.eventually(async () => {
    assert.match(await lab.ok('get', victim), / 0\/1 +CrashLoopBackOff +\d+ /)
    assert.equal(await endpoints(), 1)
  }, 30_000)
  assert.equal(await field('.status.containerStatuses[0].lastState.terminated.exitCode'), '1')
  assert.match(await lab.ok('describe', victim), /Warning +BackOff .*Back-off restarting failed container app/)
  assert.equal((await lab.kubectl('logs', victim, '--previous')).code, 0)
  await heal()
  await isBack()
  assert.match(await field('.status.containerStatuses[0].restartCount'), /^[1-9]/)
})

test('fail=liveness has the container killed and started again', async () => {
  // The first container has crashed just now, and its back-off would only grow.
  victim =
    (await lab.ok('get', 'pods', '-l', 'app=rehearsed', '-o', 'name')).split('\n').find(name => name !== victim) ?? ''
  const count = async () => Number(await field('.status.containerStatuses[0].restartCount'))
  const before = await count()
  await fail('liveness')
  await lab.eventually(async () => assert.ok((await count()) > before), 30_000)
  assert.match(await lab.ok('describe', victim), /Liveness probe failed: rehearsed by fairway\.dev\/fail/)
  await heal()
  await isBack()
})

test('an outage that does not exist is answered with those that do', async () => {
  await fail('banana')
  await lab.eventually(async () => {
    const events = await lab.ok('events', '--for', victim, '--types=Warning')
    assert.match(events, /UnknownFailMode .*use one of: readiness, liveness, crash, refuse, hang, http=503, slow=250ms/)
  })
  assert.equal(await readiness(), 'True')
  await heal()
})
