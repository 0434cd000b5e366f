// How soon does the network follow a change? From `kubectl apply` of a new application to its answer on the LAN, and back.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { documents, startLab, type TestLab } from './lab.testing.ts'
import { app } from './manifests.testing.ts'

let lab: TestLab
before(async () => {
  lab = await startLab('convergence')
})
after(() => lab[Symbol.asyncDispose]())

/**
 * Asks without a pause from a machine of the lab; what came back, and when. Over HTTP/1.1: a reloading NGINX ends an HTTP/2 connection
 * that has not asked yet with GOAWAY, after which browsers ask again and curl 7.88 does not.
 */
function askAll(machine: string, url: string) {
  const format = '%{http_code} %{time_total} %{errormsg}'
  const loop = `while :; do said=$(curl -sk --http1.1 -m 5 -o /dev/null -w '${format}' '${url}'); echo "$(date +%s%3N) $said"; done`
  const asking = lab.start(lab.launcher, 'exec', '--name', 'convergence', machine, '--', 'sh', '-c', loop)
  const answers = () =>
    [...asking.output().matchAll(/^(\d+) (\d{3}) (.*)$/gm)].map(([, atMs, code, details]) => ({
      atMs: Number(atMs),
      code: code ?? '',
      details,
    }))
  return { answers, [Symbol.asyncDispose]: () => asking.stop() }
}

/** Users are promised one second; a test on a busy machine must not depend on that. */
const withinMs = 5_000

test('an applied application answers the laptop through the ingress, and is gone when deleted', async t => {
  for (let round = 1; round <= 3; round++) {
    const host = `soon-${round}.anton.example`
    const manifests = documents(...app(`soon-${round}`, { replicas: 2, host }))
    await using asking = askAll('laptop', `https://${host}/`)
    await lab.eventually(async () => assert.ok(asking.answers().length > 0))
    assert.doesNotMatch(JSON.stringify(asking.answers()), /"200"/)

    assert.equal((await lab.kubectlWith(manifests, 'apply', '-f', '-')).code, 0)
    const appliedMs = Date.now()
    const first = await lab.eventually(async () => {
      const found = asking.answers().find(({ code }) => code === '200')
      assert.ok(found !== undefined, 'no answer yet')
      return found
    }, withinMs)

    assert.equal((await lab.kubectlWith(manifests, 'delete', '--wait=false', '-f', '-')).code, 0)
    const deletedMs = Date.now()
    await lab.eventually(async () => {
      const late = asking.answers().slice(-5)
      assert.ok(
        late.length === 5 && late.every(({ atMs, code }) => atMs > deletedMs && code !== '200'),
        'still answers',
      )
    }, withinMs)
    const last = asking.answers().findLast(({ code }) => code === '200')
    const goneMs = Math.max(0, (last?.atMs ?? deletedMs) - deletedMs)
    t.diagnostic(
      `round ${round}: first 200 ${first.atMs - appliedMs} ms after apply, last 200 ${goneMs} ms after delete`,
    )
  }
})

test('a Service answers a node at its cluster address as soon as it has pods, and refuses when it has none', async t => {
  await lab.apply(...app('direct', { replicas: 1 }))
  const address = await lab.ok('get', 'svc', 'direct', '-o', 'jsonpath={.spec.clusterIP}')
  await using asking = askAll('k8s-3', `http://${address}/`)
  const becomes = (code: string, sinceMs: number) =>
    lab.eventually(async () => {
      const found = asking.answers().find(answer => answer.atMs > sinceMs && answer.code === code)
      assert.ok(found !== undefined, `no ${code} yet`)
      return found.atMs - sinceMs
    }, withinMs)
  await becomes('200', 0)
  for (const [replicas, code] of [
    [0, '000'],
    [1, '200'],
  ] as const) {
    await lab.ok('scale', 'deploy/direct', `--replicas=${replicas}`)
    t.diagnostic(`${replicas} replicas: ${code} after ${await becomes(code, Date.now())} ms`)
  }
})

test('a new endpoint of an Ingress is used, and a changed path leads elsewhere, without a lost request', async () => {
  const host = 'moves.anton.example'
  await lab.apply(...app('moves', { replicas: 1, host, probes: ['readinessProbe'] }), ...app('moved', { replicas: 1 }))
  await lab.ok('rollout', 'status', 'deploy/moves', '--timeout=20s')
  await lab.ok('rollout', 'status', 'deploy/moved', '--timeout=20s')
  await using asking = askAll('laptop', `https://${host}/`)
  await lab.eventually(async () =>
    assert.ok(
      asking
        .answers()
        .slice(-3)
        .filter(({ code }) => code === '200').length === 3,
    ),
  )
  const sinceMs = Date.now()
  await lab.ok('scale', 'deploy/moves', '--replicas=3')
  await lab.ok('rollout', 'status', 'deploy/moves', '--timeout=20s')
  await lab.ok('rollout', 'restart', 'deploy/moves')
  await lab.ok('rollout', 'status', 'deploy/moves', '--timeout=20s')
  const patch = [{ op: 'replace', path: '/spec/rules/0/http/paths/0/backend/service/name', value: 'moved' }]
  await lab.ok('patch', 'ingress', 'moves', '--type=json', '-p', JSON.stringify(patch))
  await lab.eventually(async () => {
    const { stdout } = await lab.on('laptop', 'curl', '-sSk', `https://${host}/`)
    assert.match(stdout, /"pod": "moved-/)
  }, withinMs)
  const answers = asking.answers().filter(({ atMs }) => atMs > sinceMs)
  assert.ok(answers.length > 10, `${answers.length} answers`)
  assert.deepEqual(
    answers.filter(({ code }) => code !== '200'),
    [],
  )
})
