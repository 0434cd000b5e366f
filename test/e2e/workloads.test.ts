// What happens to pods when their owners change, nodes are emptied, and things are deleted.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startLab, type TestLab } from './lab.testing.ts'
import { app, configMap } from './manifests.testing.ts'

let lab: TestLab
before(async () => {
  lab = await startLab('workloads')
})
after(() => lab[Symbol.asyncDispose]())

const names = async (...args: readonly string[]) =>
  (await lab.ok('get', ...args, '-o', 'name')).split('\n').slice(0, -1)

test('a rollout goes on, is followed, is kept in mind and is undone', async () => {
  await lab.apply(...app('rolls', { replicas: 2, probes: ['readinessProbe'] }))
  const status = () => lab.ok('rollout', 'status', 'deploy/rolls', '--timeout=30s')
  assert.match(await status(), /deployment "rolls" successfully rolled out\n$/)
  const before = await names('pods', '-l', 'app=rolls')
  await lab.ok('rollout', 'restart', 'deploy/rolls')
  await status()
  await lab.eventually(async () => {
    const now = await names('pods', '-l', 'app=rolls')
    assert.equal(now.length, 2)
    assert.deepEqual(
      now.filter(name => before.includes(name)),
      [],
    )
  })
  await lab.ok('set', 'image', 'deploy/rolls', 'app=example.com/app:2')
  await status()
  assert.match(
    await lab.ok('rollout', 'history', 'deploy/rolls'),
    /^REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n3 +<none>$/m,
  )
  assert.match(await lab.ok('rollout', 'history', 'deploy/rolls', '--revision=3'), /Image:\s+example\.com\/app:2/)
  await lab.ok('rollout', 'undo', 'deploy/rolls', '--to-revision=1')
  await status()
  assert.match(await lab.ok('get', 'deploy', 'rolls', '-o', 'wide'), / example\.com\/app:1 /)
  await lab.ok('rollout', 'pause', 'deploy/rolls')
  await lab.ok('set', 'image', 'deploy/rolls', 'app=example.com/app:4')
  assert.doesNotMatch(await lab.ok('get', 'rs', '-l', 'app=rolls', '-o', 'wide'), /app:4/)
  await lab.ok('rollout', 'resume', 'deploy/rolls')
  await status()
  assert.match(await lab.ok('get', 'rs', '-l', 'app=rolls', '-o', 'wide'), / 2 +2 +2 +\S+ +app +example\.com\/app:4 /)
  await lab.ok('rollout', 'restart', 'sts/prometheus', '-n', 'monitoring')
  await lab.ok('rollout', 'status', 'sts/prometheus', '-n', 'monitoring', '--timeout=30s')
  await lab.ok('delete', 'deploy,svc', 'rolls')
})

test('scaling adds and removes pods and endpoints', async () => {
  await lab.apply(...app('scales', { replicas: 1 }))
  const endpoints = async () => {
    const text = await lab.ok('get', 'endpoints', 'scales', '-o', 'jsonpath={.subsets[*].addresses[*].ip}')
    return text.split(' ').filter(ip => ip !== '').length
  }
  for (const replicas of [4, 2, 0, 1]) {
    await lab.ok('scale', 'deploy/scales', `--replicas=${replicas}`)
    await lab.eventually(async () => {
      assert.equal((await names('pods', '-l', 'app=scales')).length, replicas)
      assert.equal(await endpoints(), replicas)
    })
  }
  assert.equal(
    await lab.ok('wait', 'deploy/scales', '--for=jsonpath={.status.readyReplicas}=1', '--timeout=20s'),
    'deployment.apps/scales condition met\n',
  )
  assert.match(
    (await lab.kubectl('scale', 'deploy/scales', '--replicas=3', '--current-replicas=9')).stderr,
    /Expected replicas to be 9, was 1/,
  )
  await lab.ok('delete', 'deploy,svc', 'scales')
})

test('a drained node keeps nothing but its agent, and nobody who asks notices', async () => {
  const refused = await lab.kubectl('drain', 'k8s-2')
  assert.match(refused.stderr, /cannot delete DaemonSet-managed Pods \(use --ignore-daemonsets to ignore\)/)
  assert.match(await lab.ok('get', 'node', 'k8s-2'), /k8s-2 +Ready,SchedulingDisabled /)

  // As long as the node is emptied, one asks for the echo without a pause; over HTTP/1.1, as convergence.test.ts says.
  const loop = 'while :; do curl -sS --http1.1 -m 5 -o /dev/null -w "%{http_code}\\n" https://echo.anton.example/; done'
  await using asking = lab.start(lab.launcher, 'exec', '--name', 'workloads', 'laptop', '--', 'sh', '-c', loop)
  await lab.eventually(async () => assert.match(asking.output(), /^200$/m))
  assert.match(
    await lab.ok('drain', 'k8s-2', '--ignore-daemonsets', '--delete-emptydir-data', '--timeout=60s'),
    /node\/k8s-2 drained\n$/,
  )
  const left = await names('pods', '-A', '--field-selector=spec.nodeName=k8s-2')
  assert.deepEqual(
    left.filter(name => !name.startsWith('pod/cilium-')),
    [],
  )
  assert.equal(left.length, 1)
  await asking.stop()
  const codes = asking.output().trim().split('\n')
  assert.ok(codes.length > 5, `${codes.length} answers`)
  assert.deepEqual(
    codes.filter(code => code !== '200'),
    [],
  )

  await lab.ok('uncordon', 'k8s-2')
  assert.match(await lab.ok('get', 'node', 'k8s-2'), /k8s-2 +Ready +<none>/)
  await lab.ok('wait', '-n', 'network', '--for=condition=Available', 'deploy', '--all', '--timeout=30s')
})

test('a pod without a place says why, and gets one when there is room', async () => {
  await lab.ok('create', 'deployment', 'picky', '--image=example.com/app')
  await lab.ok('patch', 'deploy', 'picky', '-p', '{"spec":{"template":{"spec":{"nodeSelector":{"disk":"ssd"}}}}}')
  await lab.eventually(async () => {
    assert.match(
      await lab.ok('describe', 'pod', '-l', 'app=picky'),
      /FailedScheduling .*0\/3 nodes are available: 3 node\(s\) didn't match Pod's node affinity\/selector/,
    )
  })
  await lab.ok('label', 'node', 'k8s-3', 'disk=ssd')
  await lab.ok('rollout', 'status', 'deploy/picky', '--timeout=20s')
  // What was said of it while it waited is taken back.
  const path = '{.items[0].status.conditions[?(@.type=="PodScheduled")]}'
  assert.doesNotMatch(
    await lab.ok(
      'get',
      'pods',
      '-l',
      'app=picky,pod-template-hash',
      '--field-selector=status.phase=Running',
      '-o',
      `jsonpath=${path}`,
    ),
    /Unschedulable/,
  )
  await lab.ok('label', 'node', 'k8s-3', 'disk-')
  await lab.ok('delete', 'deploy', 'picky')
})

test('deletion takes what is owned along, waits for it, or leaves it', async () => {
  const owned = () => names('rs,pods', '-l', 'app=owner')
  await lab.apply(...app('owner', { replicas: 2 }))
  await lab.ok('rollout', 'status', 'deploy/owner', '--timeout=20s')
  const [set] = await names('rs', '-l', 'app=owner')

  await lab.ok('delete', 'deploy', 'owner', '--cascade=orphan')
  assert.equal((await owned()).length, 3)
  await lab.apply(...app('owner', { replicas: 2 }))
  await lab.eventually(async () => {
    // The new one has taken the old set in.
    assert.equal(await lab.ok('get', set ?? '', '-o', 'jsonpath={.metadata.ownerReferences[0].name}'), 'owner')
  })
  await lab.ok('delete', 'deploy', 'owner', '--cascade=foreground')
  assert.deepEqual(await owned(), [])

  await lab.apply(...app('owner', { replicas: 2 }))
  await lab.ok('rollout', 'status', 'deploy/owner', '--timeout=20s')
  await lab.ok('delete', 'deploy,svc', 'owner')
  await lab.eventually(async () => assert.deepEqual(await owned(), []))
})

test('a finalizer holds an object, and --force ends a pod at once', async () => {
  await lab.apply(configMap('held', {}))
  await lab.ok('patch', 'cm', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":["example.com/hold"]}}')
  await lab.ok('delete', 'cm', 'held', '--wait=false')
  assert.match(await lab.ok('get', 'cm', 'held', '-o', 'jsonpath={.metadata.deletionTimestamp}'), /^\d{4}-/)
  const refused = await lab.kubectl('delete', 'cm', 'held', '--timeout=1s')
  assert.match(refused.stderr, /timed out waiting for the condition/)
  await lab.ok('patch', 'cm', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
  assert.match((await lab.kubectl('get', 'cm', 'held')).stderr, /NotFound/)

  // As process 1 without a handler, sleep does not heed SIGTERM.
  await lab.ok('run', 'stubborn', '--image=busybox', '--', 'sleep', '3600')
  await lab.ok('wait', '--for=condition=Ready', 'pod/stubborn', '--timeout=20s')
  await lab.ok('delete', 'pod', 'stubborn', '--wait=false')
  assert.match(await lab.ok('get', 'pod', 'stubborn'), /stubborn +1\/1 +Terminating/)
  await lab.ok('delete', 'pod', 'stubborn', '--grace-period=0', '--force')
  assert.match((await lab.kubectl('get', 'pod', 'stubborn')).stderr, /NotFound/)
})

test('a namespace goes with everything in it', async () => {
  await lab.ok('create', 'namespace', 'doomed')
  await lab.apply(...app('inside', { namespace: 'doomed', replicas: 2, host: 'inside.anton.example' }))
  await lab.ok('rollout', 'status', '-n', 'doomed', 'deploy/inside', '--timeout=20s')
  await lab.ok('delete', 'namespace', 'doomed')
  assert.match((await lab.kubectl('get', 'ns', 'doomed')).stderr, /NotFound/)
  assert.deepEqual(await names('all,ing,cm,sa,ep,endpointslices', '-n', 'doomed'), [])
  assert.match(
    (await lab.kubectl('create', 'configmap', 'late', '-n', 'doomed')).stderr,
    /namespaces "doomed" not found/,
  )
})
