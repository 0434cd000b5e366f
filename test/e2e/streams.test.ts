// Into running pods and out of them: logs, exec, attach, run, cp, port-forward, debug. With real kubectl.
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fetchText } from './fetch-text.testing.ts'
import { startLab, type TestLab } from './lab.testing.ts'
import { app } from './manifests.testing.ts'
import { ctrlC } from './screen.testing.ts'

let lab: TestLab
let pod = ''
before(async () => {
  lab = await startLab('streams')
  await lab.apply(...app('web', { replicas: 2 }))
  await lab.ok('rollout', 'status', 'deploy/web', '--timeout=20s')
  pod = (await lab.ok('get', 'pods', '-l', 'app=web', '-o', 'name')).split('\n')[0] ?? ''
})
after(() => lab[Symbol.asyncDispose]())

/** Asks the pod from the laptop's side of a Service, so that it has something to log. */
async function visit(path: string): Promise<void> {
  const address = await lab.ok('get', pod, '-o', 'jsonpath={.status.podIP}')
  const { stdout } = await lab.on(
    'k8s-1',
    'curl',
    '-sS',
    '-o',
    '/dev/null',
    '-w',
    '%{http_code}',
    `http://${address}:8080${path}`,
  )
  assert.equal(stdout, '200')
}

test('logs show what the pod logged, and follow what it logs now', async () => {
  await visit('/first')
  assert.match(await lab.ok('logs', pod), /"GET \/first HTTP\/1\.1" 200$/m)
  await using following = lab.start('kubectl', 'logs', '-f', '--tail=0', pod)
  // The first request may come before the log is followed.
  await lab.eventually(async () => {
    await visit('/second')
    assert.match(following.output(), /"GET \/second /)
  })
  assert.doesNotMatch(following.output(), /first/)
})

test('logs take the options that people use', async () => {
  await visit('/third')
  assert.match(await lab.ok('logs', pod, '--tail=1'), /^\S+ "GET \/third HTTP\/1\.1" 200\n$/)
  assert.match(await lab.ok('logs', pod, '--tail=1', '--timestamps'), /^\d{4}-\d\d-\d\dT\S+Z \S+ "GET/)
  assert.match(
    await lab.ok('logs', '-l', 'app=web', '--prefix', '--all-containers', '--since=1h'),
    /^\[pod\/web-\S+\/app\] /m,
  )
  assert.match((await lab.kubectl('logs', 'deploy/web')).stderr, /^Found 2 pods, using pod\/web-/)
  assert.match(
    (await lab.kubectl('logs', pod, '--previous')).stderr,
    /previous terminated container "app" in pod "web-\S+" not found/,
  )
  assert.match((await lab.kubectl('logs', pod, '-c', 'nope')).stderr, /container nope is not valid for pod web-/)
})

test('exec runs a program in the pod, with its input, its output and its exit code', async () => {
  assert.equal(await lab.ok('exec', pod, '--', 'hostname'), `${pod.replace('pod/', '')}\n`)
  assert.equal((await lab.kubectlWith('one\ntwo\n', 'exec', '-i', pod, '--', 'wc', '-l')).stdout, '2\n')
  assert.equal((await lab.kubectl('exec', pod, '--', 'sh', '-c', 'exit 3')).code, 3)
  const missing = await lab.kubectl('exec', pod, '--', 'nope')
  assert.match(missing.stderr, /exec: "nope": executable file not found in \$PATH/)
  assert.equal(missing.code, 127)
  assert.match(await lab.ok('exec', 'deploy/web', '--', 'env'), /^KUBERNETES_SERVICE_HOST=10\.96\.0\.1$/m)
  assert.match((await lab.kubectl('exec', pod, '-c', 'nope', '--', 'ls')).stderr, /container nope is not valid for pod/)
})

test('a hundred quick commands lose nothing of their output', async () => {
  for (let round = 0; round < 10; round++) {
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => lab.kubectl('exec', pod, '--', 'echo', 'all of it')),
    )
    for (const { stdout, stderr } of outcomes) assert.deepEqual([stdout, stderr], ['all of it\n', ''])
  }
})

test('exec -it gives a shell in a terminal', async () => {
  const screen = lab.terminal(`kubectl exec -it ${pod} -- sh`)
  await screen.shows(/# /)
  screen.type('stty size; ping 127.0.0.1\n')
  await screen.shows(/seq=1 /)
  screen.type(ctrlC)
  await screen.shows(/ 0% packet loss/)
  screen.type('exit 5\n')
  assert.equal(await screen.exitCode, 5)
  assert.match(screen.text(), /^50 200$/m)
})

test('run -i feeds a program and passes its exit code on', async () => {
  const fed = await lab.kubectlWith(
    'hello\n',
    'run',
    'fed',
    '--image=busybox',
    '--restart=Never',
    '--rm',
    '-i',
    '--quiet',
    '--',
    'cat',
  )
  assert.deepEqual([fed.code, fed.stdout], [0, 'hello\n'])
  const failed = await lab.kubectl(
    'run',
    'failed',
    '--image=busybox',
    '--restart=Never',
    '--rm',
    '-i',
    '--',
    'sh',
    '-c',
    'echo once; exit 4',
  )
  // An attach that told of the exit code would be taken for a failure, and the log be printed after it.
  assert.deepEqual(failed.stdout.match(/once/g), ['once'])
  assert.match(failed.stderr, /pod default\/failed terminated \(Error\)/)
  assert.equal(failed.code, 4)
})

test('attach joins a program that waits for input', async () => {
  await lab.ok(
    'run',
    'waits',
    '--image=busybox',
    '--restart=Never',
    '-i',
    '--attach=false',
    '--',
    'sh',
    '-c',
    'read line; echo got $line',
  )
  await lab.ok('wait', '--for=condition=Ready', 'pod/waits', '--timeout=20s')
  assert.match((await lab.kubectlWith('this\n', 'attach', '-i', 'waits')).stdout, /^got this$/m)
  await lab.ok('delete', 'pod', 'waits', '--grace-period=0', '--force')
})

test('names in a pod resolve as its resolv.conf says', async () => {
  await lab.ok('run', 'asks', '--image=busybox', '--', 'sleep', '3600')
  await lab.ok('wait', '--for=condition=Ready', 'pod/asks', '--timeout=20s')
  const ask = (...args: readonly string[]) => lab.kubectl('exec', 'asks', '--', ...args)
  // With a dot, without one, whole, in a script, and where only the bare name exists.
  assert.match(
    (await ask('nslookup', 'kubernetes.default')).stdout,
    /Name:\s+kubernetes\.default\.svc\.cluster\.local\nAddress: 10\.96\.0\.1\n/,
  )
  assert.match((await ask('nslookup', 'web')).stdout, /Name:\s+web\.default\.svc\.cluster\.local\n/)
  assert.match(
    (await ask('nslookup', 'web.default.svc.cluster.local.')).stdout,
    /Name:\s+web\.default\.svc\.cluster\.local\n/,
  )
  assert.match(
    (await ask('sh', '-c', 'nslookup grafana.monitoring')).stdout,
    /Name:\s+grafana\.monitoring\.svc\.cluster\.local\n/,
  )
  assert.match((await ask('nslookup', 'example.com')).stdout, /Name:\s+example\.com\n/)
  assert.match(
    (await ask('nslookup', '-type=srv', '_http._tcp.web')).stdout,
    /service = 0 100 80 web\.default\.svc\.cluster\.local/,
  )
  assert.match((await ask('nslookup', '10.96.0.1')).stdout, /name = kubernetes\.default\.svc\.cluster\.local/)
  const nobody = await ask('nslookup', 'nobody.default')
  assert.match(nobody.stdout, /can't find nobody\.default: NXDOMAIN/)
  assert.equal(nobody.code, 1)
  assert.match((await ask('wget', '-qO-', 'http://web/by-name')).stdout, /"path": "\/by-name"/)
  await lab.ok('delete', 'pod', 'asks', '--grace-period=0', '--force')
})

test('cp copies files and folders both ways', async () => {
  const folder = join(lab.directory, 'there')
  mkdirSync(join(folder, 'inner'), { recursive: true })
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251))
  writeFileSync(join(folder, 'inner/bytes'), bytes)
  const name = pod.replace('pod/', '')
  await lab.ok('cp', folder, `default/${name}:/tmp/there`)
  await lab.ok('cp', `${name}:/tmp/there/inner/bytes`, join(lab.directory, 'back'))
  assert.deepEqual(readFileSync(join(lab.directory, 'back')), bytes)
})

test('port-forward reaches a pod, a Service and a Deployment', async () => {
  for (const [target, ports] of [
    [pod, '18080:8080'],
    ['svc/web', '18081:80'],
    ['deploy/web', '18082:8080'],
  ] as const) {
    await using forwarding = lab.start('kubectl', 'port-forward', target, ports)
    await lab.eventually(async () => assert.match(forwarding.output(), /^Forwarding from 127\.0\.0\.1:/m))
    const url = `http://127.0.0.1:${ports.split(':')[0]}/forwarded`
    for (let round = 0; round < 3; round++) assert.match(await fetchText(url), /"path": "\/forwarded"/)
  }
  const refused = await lab.kubectl('port-forward', 'svc/web', '18083:99')
  assert.match(refused.stderr, /Service web does not have a service port 99/)
})

test('debug of a node runs in its network, and of a pod says what to do instead', async () => {
  const screen = lab.terminal('kubectl debug node/k8s-2 -it --quiet --image=busybox -- sh -c "ip -4 addr show eth0"')
  await screen.shows(/inet 192\.168\.1\.99\/24/)
  await screen.exitCode
  const refused = await lab.kubectl('debug', pod, '--image=busybox', '--', 'true')
  assert.match(refused.stderr, /ephemeral containers are not possible here.*kubectl exec/)
  assert.equal(refused.code, 1)
})

test('the agent of a node has the node’s own programs, and fails where it has no answer', async () => {
  const agent = (...command: readonly string[]) =>
    lab.kubectl('exec', '-n', 'kube-system', 'ds/cilium', '--', ...command)
  assert.match((await agent('nft', 'list', 'tables')).stdout, /table inet fairway-services/)
  assert.match((await agent('cilium', 'service', 'list')).stdout, /10\.96\.0\.1:443\/TCP +ClusterIP/)
  const unknown = await agent('cilium', 'monitor', '--type', 'drop')
  assert.match(unknown.stderr, /^cilium monitor: no answer: /)
  assert.equal(unknown.code, 3)
})
