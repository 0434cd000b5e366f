// Real kubectl applies with and without --server-side, and the two get along.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCluster } from '../apiserver/cluster.testing.ts'

const timeout = 60_000

function deployment(spec: string, image = 'nginx:1'): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default, labels: {app: web}}
spec:
  ${spec}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: '${image}', ports: [{containerPort: 80}]}]}
`
}

test('server-side apply by kubectl takes over from client-side apply, and conflicts with others', {
  timeout,
}, async () => {
  await using cluster = await startCluster()
  const apply = (text: string, ...args: readonly string[]) => cluster.kubectlWith(text, 'apply', '-f', '-', ...args)
  const read = async (path: string) => (await cluster.kubectl('get', 'deploy', 'web', '-o', `jsonpath=${path}`)).stdout

  assert.match((await apply(deployment('replicas: 2'))).stdout, /created/)
  assert.match((await apply(deployment('replicas: 2'))).stdout, /unchanged/)
  assert.match((await apply(deployment('paused: true'))).stdout, /configured/)
  assert.equal((await cluster.kubectl('scale', 'deploy', 'web', '--replicas=4')).code, 0)

  const refused = await apply(deployment('replicas: 7', 'nginx:2'), '--server-side', '--field-manager=ci')
  assert.equal(refused.code, 1)
  assert.match(
    refused.stderr,
    /Apply failed with 2 conflicts: conflicts with "kubectl" with subresource "scale" using apps\/v1 at \S+:\n- \.spec\.replicas\nconflicts with "kubectl-client-side-apply" using apps\/v1 at \S+:\n- \.spec\.template\.spec\.containers\[name="web"\]\.image\n/,
  )

  const taken = await apply(deployment('paused: true', 'nginx:2'), '--server-side')
  assert.match(taken.stdout, /serverside-applied/, taken.stderr)
  const version = await read('{.metadata.resourceVersion}')
  assert.match((await apply(deployment('paused: true', 'nginx:2'), '--server-side')).stdout, /serverside-applied/)
  assert.equal(await read('{.metadata.resourceVersion}'), version, 'applying again writes nothing')

  const forced = await apply(deployment('replicas: 7', 'nginx:2'), '--server-side', '--force-conflicts')
  assert.equal(forced.code, 0, forced.stderr)
  assert.equal(await read('{.spec.replicas},{.spec.paused},{.spec.template.spec.containers[0].image}'), '7,,nginx:2')

  const typo = await apply(deployment('replica: 7'), '--server-side')
  assert.match(typo.stderr, /\.spec\.replica: field not declared in schema/)
})

test('strategic and JSON patches by kubectl merge lists by key, and a failed test says where', {
  timeout,
}, async () => {
  await using cluster = await startCluster()
  assert.equal((await cluster.kubectlWith(deployment('replicas: 2'), 'apply', '-f', '-')).code, 0)
  const side = '{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"x"}]}}}}'
  assert.equal((await cluster.kubectl('patch', 'deploy', 'web', '-p', side)).code, 0)
  assert.equal((await cluster.kubectl('set', 'image', 'deploy/web', 'side=y')).code, 0)
  const images = await cluster.kubectl(
    'get',
    'deploy',
    'web',
    '-o',
    'jsonpath={.spec.template.spec.containers[*].image}',
  )
  assert.deepEqual(images.stdout.split(' ').sort(), ['nginx:1', 'y'])
  const failed = await cluster.kubectl(
    'patch',
    'deploy',
    'web',
    '--type=json',
    '-p',
    '[{"op":"test","path":"/spec/replicas","value":1}]',
  )
  assert.match(failed.stderr, /The request is invalid: patch\[0\]: testing value \/spec\/replicas failed: test failed/)
})
