import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Deployment, deployments } from '../../src/objects/kinds/deployment.ts'
import { type EndpointSlice, endpointSlices } from '../../src/objects/kinds/endpoint-slice.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'
import { type Service, services } from '../../src/objects/kinds/service.ts'
import { startPlane } from './plane.testing.ts'

const deployment = (name: string, replicas: number): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'web', image: 'echo', ports: [{ containerPort: 8080 }] }] },
    },
  },
})

test('fifty Deployments of ten become five hundred bound pods', async t => {
  await using plane = await startPlane({ nodes: Array.from({ length: 10 }, (_, i) => `node-${i}`), runsPods: false })
  const start = performance.now()
  await Promise.all(Array.from({ length: 50 }, (_, i) => plane.client.create(deployments, deployment(`web-${i}`, 10))))
  await plane.eventually(async () => {
    const { items } = await plane.client.list<Pod>(pods)
    assert.equal(items.filter(pod => pod.spec?.nodeName !== undefined).length, 500)
  }, 20_000)
  t.diagnostic(`500 pods bound in ${Math.round(performance.now() - start)} ms`)
  const { items } = await plane.client.list<Pod>(pods)
  const perNode = Map.groupBy(items, pod => pod.spec?.nodeName)
  for (const [name, list] of perNode) assert.equal(list.length, 50, `${name} has its share`)
  assert.deepEqual(plane.problems, [])
})

test('a pod that loses its readiness leaves its slice with exactly one write', async t => {
  await using plane = await startPlane()
  const web: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] },
  }
  await plane.client.create(services, web)
  await plane.client.create(deployments, deployment('web', 3))
  const version = await plane.eventually(async () => {
    const { items, resourceVersion } = await plane.client.list<EndpointSlice>(endpointSlices)
    // The empty slice is gone that stood for the Service before it had pods.
    assert.equal(items.length, 1)
    assert.equal(items[0]?.endpoints.filter(({ conditions }) => conditions?.ready).length, 3)
    return resourceVersion
  })
  const pod = (await plane.client.list<Pod>(pods)).items[0]
  assert.ok(pod)
  const stop = new AbortController()
  const seen: EndpointSlice[] = []
  const watching = (async () => {
    for await (const event of plane.client.watch<EndpointSlice>(endpointSlices, {
      resourceVersion: version,
      signal: stop.signal,
    })) {
      if (event.type !== 'BOOKMARK') seen.push(event.object)
    }
  })()
  const conditions = pod.status?.conditions?.map(item => (item.type === 'Ready' ? { ...item, status: 'False' } : item))
  const start = performance.now()
  await plane.client.patch(
    pods,
    { name: pod.metadata.name, namespace: 'default' },
    { type: 'merge', patch: { status: { conditions } } },
    { subresource: 'status' },
  )
  await plane.eventually(() => assert.ok(seen.length > 0))
  t.diagnostic(`slice updated after ${(performance.now() - start).toFixed(1)} ms`)
  await new Promise(resolve => setTimeout(resolve, 50))
  assert.equal(seen.length, 1)
  const endpoint = seen[0]?.endpoints.find(({ targetRef }) => targetRef?.name === pod.metadata.name)
  assert.deepEqual(endpoint?.conditions, { ready: false, serving: false, terminating: false })
  stop.abort()
  await watching
})
