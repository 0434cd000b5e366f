// Real kubectl against the embedded API server: what users type, and what they see.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { deployments } from '../../src/objects/kinds/deployment.ts'
import { pods } from '../../src/objects/kinds/pod.ts'
import { startCluster, type TestCluster } from './cluster.testing.ts'

let cluster: TestCluster
before(async () => {
  cluster = await startCluster()
})
after(() => cluster[Symbol.asyncDispose]())

async function ok(...args: readonly string[]): Promise<string> {
  const outcome = await cluster.kubectl(...args)
  assert.equal(outcome.code, 0, `kubectl ${args.join(' ')}: ${outcome.stderr}`)
  return outcome.stdout
}

async function applied(manifest: object, ...args: readonly string[]) {
  return cluster.kubectlWith(JSON.stringify(manifest), 'apply', '-f', '-', ...args)
}

const configMap = (name: string, data: object) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data })

test('get prints the columns of the kind, wide has more, and every output form works', async () => {
  await ok('create', 'deployment', 'web', '--image=nginx', '--replicas=2', '--port=80')
  assert.match(await ok('get', 'deployments'), /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/2 /)
  assert.match(await ok('get', 'deploy', '-o', 'wide'), /CONTAINERS +IMAGES +SELECTOR\n.*nginx +nginx +app=web/)
  assert.equal(await ok('get', 'deploy', '-o', 'name'), 'deployment.apps/web\n')
  assert.equal(
    await ok('get', 'deploy', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].ports[0].containerPort}'),
    '80',
  )
  const object = JSON.parse(await ok('get', 'deploy', 'web', '-o', 'json')) as {
    kind: string
    metadata: { generation: number }
  }
  assert.deepEqual([object.kind, object.metadata.generation], ['Deployment', 1])
  assert.match(await ok('get', 'deploy', 'web', '-o', 'yaml'), /revisionHistoryLimit: 10/)
  assert.match(await ok('get', 'deploy', '-A', '--show-labels'), /^NAMESPACE.*\ndefault +web .*app=web/)
  assert.match(await ok('describe', 'deploy', 'web'), /Replicas: +2 desired/)
})

test('kinds that kubectl makes itself arrive as it meant them, zeros included', async () => {
  await ok('create', 'role', 'reader', '--verb=get,list', '--resource=pods')
  await ok('create', 'rolebinding', 'readers', '--role=reader', '--serviceaccount=default:default')
  await ok('create', 'clusterrole', 'all-reader', '--verb=get', '--resource=nodes')
  await ok('create', 'clusterrolebinding', 'all-readers', '--clusterrole=all-reader', '--group=g')
  await ok('create', 'quota', 'few', '--hard=pods=3,requests.memory=1Gi')
  await ok('create', 'poddisruptionbudget', 'none-down', '--selector=app=web', '--max-unavailable=0')
  await ok('create', 'priorityclass', 'plain', '--value=0')
  await ok('create', 'cronjob', 'nightly', '--image=busybox', '--schedule=0 3 * * *', '--', 'date')
  assert.equal(await ok('get', 'role', 'reader', '-o', 'jsonpath={.rules[0].verbs}'), '["get","list"]')
  assert.equal(await ok('get', 'quota', 'few', '-o', 'jsonpath={.spec.hard}'), '{"pods":"3","requests.memory":"1Gi"}')
  assert.equal(await ok('get', 'pdb', 'none-down', '-o', 'jsonpath={.spec.maxUnavailable}'), '0')
  assert.equal(await ok('get', 'priorityclass', 'plain', '-o', 'jsonpath={.value}'), '0')
  assert.equal(
    await ok(
      'get',
      'cronjob',
      'nightly',
      '-o',
      'jsonpath={.spec.jobTemplate.spec.template.spec.containers[0].command}',
    ),
    '["date"]',
  )
})

test('scale, label, annotate and set image change the object; only spec changes count generations', async () => {
  await ok('create', 'deployment', 'gen', '--image=nginx')
  await ok('label', 'deploy', 'gen', 'tier=front')
  await ok('annotate', 'deploy', 'gen', 'note=x')
  const generation = () => ok('get', 'deploy', 'gen', '-o', 'jsonpath={.metadata.generation} {.spec.replicas}')
  assert.equal(await generation(), '1 1')
  await ok('scale', 'deploy/gen', '--replicas=4')
  await ok('set', 'image', 'deploy/gen', 'nginx=nginx:1.27')
  assert.equal(await generation(), '3 4')
  assert.match(
    (await cluster.kubectl('scale', 'deploy/gen', '--replicas=1', '--current-replicas=9')).stderr,
    /Expected replicas to be 9, was 4/,
  )
})

test('status and spec cannot be written through one another', async () => {
  await ok('create', 'deployment', 'split', '--image=nginx')
  await ok('patch', 'deploy', 'split', '--type=merge', '-p', '{"status":{"replicas":7}}')
  await ok(
    'patch',
    'deploy',
    'split',
    '--subresource=status',
    '--type=merge',
    '-p',
    '{"spec":{"replicas":9},"status":{"replicas":3}}',
  )
  assert.equal(await ok('get', 'deploy', 'split', '-o', 'jsonpath={.spec.replicas} {.status.replicas}'), '1 3')
})

test('patches: strategic merges lists by name, merge replaces them, JSON edits places', async () => {
  await ok('create', 'deployment', 'patched', '--image=nginx')
  await ok(
    'patch',
    'deploy',
    'patched',
    '-p',
    '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"busybox"}]}}}}',
  )
  const names = () => ok('get', 'deploy', 'patched', '-o', 'jsonpath={.spec.template.spec.containers[*].name}')
  assert.deepEqual((await names()).split(' ').sort(), ['nginx', 'side'])
  await ok(
    'patch',
    'deploy',
    'patched',
    '--type=json',
    '-p',
    '[{"op":"remove","path":"/spec/template/spec/containers/0"}]',
  )
  assert.equal((await names()).split(' ').length, 1)
  await ok(
    'patch',
    'deploy',
    'patched',
    '--type=merge',
    '-p',
    '{"spec":{"template":{"spec":{"containers":[{"name":"one","image":"x"}]}}}}',
  )
  assert.equal(await names(), 'one')
})

test('apply creates, leaves alone, changes and prunes fields', async () => {
  assert.match((await applied(configMap('app', { a: '1', b: '2' }))).stdout, /created/)
  assert.match((await applied(configMap('app', { a: '1', b: '2' }))).stdout, /unchanged/)
  assert.match((await applied(configMap('app', { a: '3' }))).stdout, /configured/)
  assert.equal(await ok('get', 'cm', 'app', '-o', 'jsonpath={.data}'), '{"a":"3"}')
  const diff = await cluster.kubectlWith(JSON.stringify(configMap('app', { a: '4' })), 'diff', '-f', '-')
  assert.match(diff.stdout, /-\s+a: "3"\n\+\s+a: "4"/)
})

test('server-side apply keeps owners apart, and says who is in the way', async () => {
  await applied(configMap('ssa', { a: '1' }), '--server-side', '--field-manager=one')
  const conflict = await applied(configMap('ssa', { a: '2' }), '--server-side', '--field-manager=two')
  assert.equal(conflict.code, 1)
  assert.match(conflict.stderr, /conflict with "one".*\.data\.a/s)
  assert.equal(
    (await applied(configMap('ssa', { a: '2' }), '--server-side', '--field-manager=two', '--force-conflicts')).code,
    0,
  )
  assert.equal(await ok('get', 'cm', 'ssa', '-o', 'jsonpath={.data.a}'), '2')
})

test('an unknown field fails by default, warns on request, and is never stored', async () => {
  const manifest = { ...configMap('strict', { a: 'b' }), dta: { x: 'y' } }
  const strict = await applied(manifest)
  assert.equal(strict.code, 1)
  assert.match(strict.stderr, /strict decoding error: unknown field "dta"/)
  const lenient = await applied(manifest, '--validate=warn')
  assert.match(lenient.stderr, /Warning: unknown field "dta"/)
  assert.doesNotMatch(await ok('get', 'cm', 'strict', '-o', 'json'), /"dta": \{/)
})

test('a dry run on the server answers as if, and stores nothing', async () => {
  assert.match(
    await ok('create', 'configmap', 'ghost', '--from-literal=a=b', '--dry-run=server', '-o', 'yaml'),
    /uid: /,
  )
  assert.match((await cluster.kubectl('get', 'cm', 'ghost')).stderr, /configmaps "ghost" not found/)
})

test('selectors on labels and fields pick objects; a field that is not selectable is refused', async () => {
  for (const [name, node] of [
    ['s1', 'n1'],
    ['s2', 'n2'],
  ] as const) {
    await cluster.client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { set: 'sel', which: name } },
      spec: { nodeName: node, containers: [{ name: 'a', image: 'b' }] },
    })
  }
  assert.equal(await ok('get', 'pods', '-l', 'which in (s1,s3)', '-o', 'name'), 'pod/s1\n')
  assert.equal(await ok('get', 'pods', '--field-selector=spec.nodeName=n2', '-l', 'set=sel', '-o', 'name'), 'pod/s2\n')
  assert.match(
    (await cluster.kubectl('get', 'pods', '--field-selector=spec.foo=1')).stderr,
    /field label not supported: spec.foo/,
  )
})

test('a list in chunks is the list', async () => {
  for (let i = 0; i < 23; i++) {
    await cluster.client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `chunk-${i}`, namespace: 'kube-system' },
      spec: { containers: [{ name: 'a', image: 'b' }] },
    })
  }
  const whole = await ok('get', 'pods', '-n', 'kube-system', '-o', 'name', '--chunk-size=0')
  assert.equal(await ok('get', 'pods', '-n', 'kube-system', '-o', 'name', '--chunk-size=5'), whole)
  assert.equal(whole.trim().split('\n').length, 23)
})

test('-w prints a line per change; wait ends when the condition is there', async () => {
  const watching = cluster.follow('get', 'pods', '-w', '--no-headers', '-l', 'app=watched')
  const lines = watching.lines[Symbol.asyncIterator]()
  const pod = await cluster.client.create(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'watched', namespace: 'default', labels: { app: 'watched' } },
    spec: { containers: [{ name: 'a', image: 'b' }] },
  })
  assert.match((await lines.next()).value ?? '', /^watched +0\/1 +Pending/)
  const waiting = cluster.kubectl('wait', 'pod/watched', '--for=condition=Ready', '--timeout=10s')
  const condition = { type: 'Ready', status: 'True' as const }
  const running = { ...pod, status: { phase: 'Running', conditions: [condition] } }
  await cluster.client.update(pods, running, { subresource: 'status' })
  assert.match((await lines.next()).value ?? '', /^watched +0\/1 +Running/)
  assert.equal((await waiting).code, 0)
  watching.stop()
})

test('rollout status follows the numbers of the status', async () => {
  await ok('create', 'deployment', 'rolling', '--image=nginx')
  const rollout = cluster.kubectl('rollout', 'status', 'deploy/rolling', '--timeout=10s')
  const found = await cluster.client.get(deployments, { namespace: 'default', name: 'rolling' })
  assert.ok(found !== undefined)
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 }
  await cluster.client.update(deployments, { ...found, status }, { subresource: 'status' })
  assert.match((await rollout).stdout, /successfully rolled out/)
})

test('a scheduled pod is going until its node lets go; an unscheduled one and --force go at once', async () => {
  const make = (name: string, spec: object) =>
    cluster.client.create(pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'a', image: 'b' }], ...spec },
    })
  await make('loose', {})
  await ok('delete', 'pod', 'loose')
  await make('bound', { nodeName: 'n1' })
  await ok('delete', 'pod', 'bound', '--wait=false')
  const going = await cluster.client.get(pods, { namespace: 'default', name: 'bound' })
  assert.equal(going?.metadata.deletionGracePeriodSeconds, 30)
  assert.match(await ok('get', 'pod', 'bound'), /Terminating/)
  const waiting = cluster.kubectl('wait', '--for=delete', 'pod/bound', '--timeout=10s')
  await cluster.client.delete(pods, { namespace: 'default', name: 'bound' }, { gracePeriodSeconds: 0 })
  assert.equal((await waiting).code, 0)
  await make('forced', { nodeName: 'n1' })
  await ok('delete', 'pod', 'forced', '--force')
  assert.equal(await cluster.client.get(pods, { namespace: 'default', name: 'forced' }), undefined)
})

test('a finalizer holds an object until it is taken off', async () => {
  await ok('create', 'configmap', 'held')
  await ok('patch', 'cm', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":["example.com/hold"]}}')
  await ok('delete', 'cm', 'held', '--wait=false')
  assert.match(await ok('get', 'cm', 'held', '-o', 'yaml'), /deletionTimestamp/)
  const added = await cluster.kubectl(
    'patch',
    'cm',
    'held',
    '--type=merge',
    '-p',
    '{"metadata":{"finalizers":["example.com/hold","example.com/more"]}}',
  )
  assert.match(added.stderr, /no new finalizers can be added if the object is being deleted/)
  await ok('patch', 'cm', 'held', '--type=merge', '-p', '{"metadata":{"finalizers":null}}')
  assert.match((await cluster.kubectl('get', 'cm', 'held')).stderr, /not found/)
})

test('nothing is made in a namespace that is missing or going', async () => {
  const missing = await cluster.kubectl('create', 'configmap', 'x', '-n', 'nowhere')
  assert.match(missing.stderr, /namespaces "nowhere" not found/)
  await ok('create', 'namespace', 'going')
  await ok('delete', 'namespace', 'going', '--wait=false')
  const refused = await cluster.kubectl('create', 'configmap', 'x', '-n', 'going')
  assert.match(refused.stderr, /unable to create new content in namespace going because it is being terminated/)
})

test('an edit of an outdated version is refused in upstream words', async () => {
  await ok('create', 'configmap', 'race')
  const old = await ok('get', 'cm', 'race', '-o', 'json')
  await ok('label', 'cm', 'race', 'a=b')
  const late = await cluster.kubectlWith(old, 'replace', '-f', '-')
  assert.match(
    late.stderr,
    /Operation cannot be fulfilled on configmaps "race": the object has been modified; please apply your changes to the latest version and try again/,
  )
})

test('several problems are reported at once, each with its field', async () => {
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'bad' },
    spec: { ports: [{ port: 70000 }], type: 'NodePort', selector: { 'a b': 'c' } },
  }
  const { stderr } = await applied(service)
  assert.match(stderr, /The Service "bad" is invalid/)
  assert.match(stderr, /spec\.ports\[0\]\.port: Invalid value: 70000: must be between 1 and 65535, inclusive/)
  assert.match(stderr, /spec\.selector: Invalid value: "a b"/)
})

test('explain, api-resources and api-versions know the kinds', async () => {
  assert.match(await ok('explain', 'ingress.spec.rules.http.paths.pathType'), /KIND: +Ingress[\s\S]*pathType/)
  assert.match(await ok('explain', 'service', '--recursive'), /sessionAffinityConfig/)
  assert.match(await ok('explain', 'ciliumloadbalancerippools.spec'), /GROUP: +cilium.io/)
  assert.match(await ok('api-resources'), /^ingresses +ing +networking\.k8s\.io\/v1 +true +Ingress$/m)
  assert.match(await ok('api-versions'), /^gateway\.networking\.k8s\.io\/v1$/m)
  assert.match(await ok('version'), /Server Version: v1\.34\.0\+fairway/)
})

test('edit through an editor that changes the text', async () => {
  await ok('create', 'configmap', 'edited', '--from-literal=a=before')
  const outcome = await cluster.kubectlIn({ KUBE_EDITOR: "sed -i 's/before/after/'" }, 'edit', 'cm', 'edited')
  assert.equal(outcome.code, 0, outcome.stderr)
  assert.equal(await ok('get', 'cm', 'edited', '-o', 'jsonpath={.data.a}'), 'after')
})

test('a kind that does not exist is named by kubectl itself', async () => {
  const outcome = await applied({ apiVersion: 'v1', kind: 'ConfigMapp', metadata: { name: 'x' } })
  assert.match(outcome.stderr, /no matches for kind "ConfigMapp" in version "v1"/)
})

test('an Ingress and a Job that kubectl makes itself arrive whole', async () => {
  await ok('create', 'ingress', 'made', '--class=internal', '--rule=a.example/path*=web:80,tls=secret')
  const rule = await ok(
    'get',
    'ingress',
    'made',
    '-o',
    'jsonpath={.spec.rules[0].host} {.spec.rules[0].http.paths[0].path} {.spec.tls[0].secretName}',
  )
  assert.equal(rule, 'a.example /path secret')
  await ok('create', 'job', 'made', '--image=busybox', '--', 'echo', 'hi')
  assert.equal(
    await ok('get', 'job', 'made', '-o', 'jsonpath={.spec.template.spec.containers[0].command}'),
    '["echo","hi"]',
  )
})
