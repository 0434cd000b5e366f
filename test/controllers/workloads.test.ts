import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../../src/client/client.ts'
import { type ControllerRevision, controllerRevisions } from '../../src/objects/kinds/controller-revision.ts'
import { type DaemonSet, daemonSets } from '../../src/objects/kinds/daemon-set.ts'
import { type Deployment, deployments } from '../../src/objects/kinds/deployment.ts'
import { type Job, jobs } from '../../src/objects/kinds/job.ts'
import { nodes } from '../../src/objects/kinds/node.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'
import { type ReplicaSet, replicaSets } from '../../src/objects/kinds/replica-set.ts'
import { type StatefulSet, statefulSets } from '../../src/objects/kinds/stateful-set.ts'
import { readyNode, startPlane } from './plane.testing.ts'

const at = (name: string) => ({ namespace: 'default', name })
const template = (app: string, image = 'echo:1', annotations: Record<string, string> = {}) => ({
  metadata: { labels: { app }, annotations },
  spec: { containers: [{ name: 'c', image }] },
})

async function livePods(client: Client): Promise<readonly Pod[]> {
  const { items } = await client.list<Pod>(pods, { namespace: 'default' })
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
}

const imagesOf = (list: readonly Pod[]) => list.map(pod => pod.spec?.containers[0]?.image)

test('a Deployment rolls out, never falls below its minimum, remembers its revisions and returns to one', async () => {
  await using plane = await startPlane()
  const { client } = plane
  const web: Deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...at('web') },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'web' } },
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
      template: template('web'),
    },
  }
  await client.create(deployments, web)
  const rolledOut = (image: string) =>
    plane.eventually(async () => {
      const current = await client.get<Deployment>(deployments, at('web'))
      assert.equal(current?.status?.observedGeneration, current?.metadata.generation)
      assert.deepEqual(imagesOf(await livePods(client)), [image, image, image, image])
      assert.equal(current?.status?.availableReplicas, 4)
      assert.equal(current?.status?.replicas, 4)
      const progressing = current?.status?.conditions?.find(({ type }) => type === 'Progressing')
      assert.equal(progressing?.reason, 'NewReplicaSetAvailable')
      return current
    })
  assert.equal((await rolledOut('echo:1')).metadata.annotations?.['deployment.kubernetes.io/revision'], '1')

  let lowest = 4
  let highest = 0
  const stop = new AbortController()
  const { items, resourceVersion } = await client.list<Pod>(pods)
  const known = new Map(items.map(pod => [pod.metadata.uid, pod]))
  const watching = (async () => {
    for await (const event of client.watch<Pod>(pods, { resourceVersion, signal: stop.signal })) {
      if (event.type === 'BOOKMARK') continue
      if (event.type === 'DELETED') known.delete(event.object.metadata.uid)
      else known.set(event.object.metadata.uid, event.object)
      const alive = [...known.values()].filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      highest = Math.max(highest, alive.length)
      lowest = Math.min(lowest, alive.filter(isReady).length)
    }
  })()
  await client.patch(deployments, at('web'), {
    type: 'merge',
    patch: { spec: { template: template('web', 'echo:2') } },
  })
  assert.equal((await rolledOut('echo:2')).metadata.annotations?.['deployment.kubernetes.io/revision'], '2')
  stop.abort()
  await watching
  assert.ok(lowest >= 3, `at least 3 stay ready, saw ${lowest}`)
  assert.ok(highest <= 5, `at most 5 exist, saw ${highest}`)

  await client.patch(deployments, at('web'), { type: 'merge', patch: { spec: { template: template('web') } } })
  assert.equal((await rolledOut('echo:1')).metadata.annotations?.['deployment.kubernetes.io/revision'], '3')
  const sets = (await client.list<ReplicaSet>(replicaSets)).items
  assert.equal(sets.length, 2, 'the old ReplicaSet came back, no third was made')
  assert.deepEqual(
    plane.problems.filter(({ error }) => !String(error).includes('modified')),
    [],
  )
})

test('Recreate ends every old pod before the first new one starts', async () => {
  await using plane = await startPlane()
  const { client } = plane
  const selector = { matchLabels: { app: 'db' } }
  await client.create<Deployment>(deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: at('db'),
    spec: { replicas: 2, selector, strategy: { type: 'Recreate' }, template: template('db') },
  })
  await plane.eventually(async () => assert.equal((await livePods(client)).filter(isReady).length, 2))
  const stop = new AbortController()
  const { items, resourceVersion } = await client.list<Pod>(pods)
  const known = new Map(items.map(pod => [pod.metadata.uid, pod]))
  let mixed = false
  const watching = (async () => {
    for await (const event of client.watch<Pod>(pods, { resourceVersion, signal: stop.signal })) {
      if (event.type === 'BOOKMARK') continue
      if (event.type === 'DELETED') known.delete(event.object.metadata.uid)
      else known.set(event.object.metadata.uid, event.object)
      mixed ||= new Set(imagesOf([...known.values()])).size > 1
    }
  })()
  await client.patch(deployments, at('db'), { type: 'merge', patch: { spec: { template: template('db', 'echo:2') } } })
  await plane.eventually(async () => {
    assert.deepEqual(imagesOf((await livePods(client)).filter(isReady)), ['echo:2', 'echo:2'])
  })
  stop.abort()
  await watching
  assert.equal(mixed, false)
})

test('a ReplicaSet replaces lost pods, adopts strangers that match and lets go of those that no longer do', async () => {
  await using plane = await startPlane()
  const { client } = plane
  await client.create<Pod>(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...at('stranger'), labels: { app: 'web' } },
    spec: { containers: [{ name: 'c', image: 'echo:1' }] },
  })
  await client.create<ReplicaSet>(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: at('web'),
    spec: { replicas: 2, selector: { matchLabels: { app: 'web' } }, template: template('web') },
  })
  const owned = () =>
    plane.eventually(async () => {
      const mine = (await livePods(client)).filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'web')
      assert.equal(mine.length, 2)
      return mine
    })
  assert.ok((await owned()).some(({ metadata }) => metadata.name === 'stranger'))
  await client.patch(pods, at('stranger'), { type: 'merge', patch: { metadata: { labels: { app: 'debug' } } } })
  await plane.eventually(async () => {
    assert.deepEqual((await client.get<Pod>(pods, at('stranger')))?.metadata.ownerReferences ?? [], [])
    assert.ok(!(await owned()).some(({ metadata }) => metadata.name === 'stranger'))
  })
})

test('a StatefulSet counts up one by one, updates from the top down to its partition, and counts down', async () => {
  await using plane = await startPlane()
  const { client } = plane
  await client.create<StatefulSet>(statefulSets, {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: at('db'),
    spec: { replicas: 3, serviceName: 'db', selector: { matchLabels: { app: 'db' } }, template: template('db') },
  })
  const settled = (images: Record<string, string>) =>
    plane.eventually(async () => {
      const alive = (await livePods(client)).filter(isReady)
      assert.deepEqual(
        Object.fromEntries(alive.map(pod => [pod.metadata.name, pod.spec?.containers[0]?.image]).sort()),
        images,
      )
    })
  await settled({ 'db-0': 'echo:1', 'db-1': 'echo:1', 'db-2': 'echo:1' })
  const second = await client.get<Pod>(pods, at('db-1'))
  assert.equal(second?.metadata.labels?.['apps.kubernetes.io/pod-index'], '1')
  assert.equal(second?.metadata.labels?.['statefulset.kubernetes.io/pod-name'], 'db-1')
  assert.equal(second?.spec?.hostname, 'db-1')
  assert.equal(second?.spec?.subdomain, 'db')

  const update = {
    template: template('db', 'echo:2'),
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
  }
  await client.patch(statefulSets, at('db'), { type: 'merge', patch: { spec: update } })
  await settled({ 'db-0': 'echo:1', 'db-1': 'echo:2', 'db-2': 'echo:2' })
  await client.delete(pods, at('db-0'))
  await settled({ 'db-0': 'echo:1', 'db-1': 'echo:2', 'db-2': 'echo:2' })
  assert.equal((await client.list<ControllerRevision>(controllerRevisions)).items.length, 2)

  const all = { replicas: 1, updateStrategy: { rollingUpdate: { partition: 0 } } }
  await client.patch(statefulSets, at('db'), { type: 'merge', patch: { spec: all } })
  await settled({ 'db-0': 'echo:2' })
  await plane.eventually(async () => {
    const status = (await client.get<StatefulSet>(statefulSets, at('db')))?.status
    assert.equal(status?.currentRevision, status?.updateRevision)
  })
})

test('a DaemonSet runs on every node that lets it, follows new nodes and rolls its template out', async () => {
  await using plane = await startPlane({ nodes: ['node-a', 'node-b'] })
  const { client } = plane
  await client.create<DaemonSet>(daemonSets, {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: at('agent'),
    spec: { selector: { matchLabels: { app: 'agent' } }, template: template('agent') },
  })
  const runsOn = (image: string, names: readonly string[]) =>
    plane.eventually(async () => {
      const alive = (await livePods(client)).filter(isReady)
      assert.deepEqual(alive.map(pod => pod.spec?.nodeName).sort(), names)
      assert.deepEqual(new Set(imagesOf(alive)), new Set([image]))
      const status = (await client.get<DaemonSet>(daemonSets, at('agent')))?.status
      assert.equal(status?.numberAvailable, names.length)
      assert.equal(status?.updatedNumberScheduled, names.length)
    })
  await runsOn('echo:1', ['node-a', 'node-b'])
  await client.create(nodes, readyNode('node-c'))
  await client.create(nodes, { ...readyNode('node-d'), spec: { taints: [{ key: 'own', effect: 'NoSchedule' }] } })
  await runsOn('echo:1', ['node-a', 'node-b', 'node-c'])
  await client.patch(daemonSets, at('agent'), {
    type: 'merge',
    patch: { spec: { template: template('agent', 'echo:2') } },
  })
  await runsOn('echo:2', ['node-a', 'node-b', 'node-c'])
})

test('a Job runs its completions, counts each pod once and says that it is complete', async () => {
  await using plane = await startPlane()
  const { client } = plane
  const spec = { ...template('sum', 'echo:1', { 'test/ends': 'Succeeded' }) }
  await client.create<Job>(jobs, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: at('sum'),
    spec: {
      completions: 5,
      parallelism: 2,
      completionMode: 'Indexed',
      template: { ...spec, spec: { ...spec.spec, restartPolicy: 'Never' } },
    },
  })
  await plane.eventually(async () => {
    const status = (await client.get<Job>(jobs, at('sum')))?.status
    assert.equal(status?.conditions?.find(({ type }) => type === 'Complete')?.status, 'True')
    assert.equal(status?.succeeded, 5)
    assert.equal(status?.completedIndexes, '0-4')
    assert.ok(status?.completionTime)
  })
  const all = (await client.list<Pod>(pods)).items
  assert.equal(all.length, 5)
  assert.ok(
    all.every(({ metadata }) => (metadata.finalizers ?? []).length === 0),
    'nothing holds the ended pods',
  )
})

test('a Job that fails more often than it may is failed, and one past its deadline too', async () => {
  await using plane = await startPlane()
  const { client } = plane
  const failing = { ...template('bad', 'echo:1', { 'test/ends': 'Failed' }) }
  const job = (name: string, spec: Partial<NonNullable<Job['spec']>>): Job => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: at(name),
    spec: { template: { ...failing, spec: { ...failing.spec, restartPolicy: 'Never' } }, ...spec },
  })
  await client.create(jobs, job('bad', { backoffLimit: 0 }))
  const slow = template('slow')
  await client.create(
    jobs,
    job('slow', { activeDeadlineSeconds: 1, template: { ...slow, spec: { ...slow.spec, restartPolicy: 'Never' } } }),
  )
  for (const [name, reason] of [
    ['bad', 'BackoffLimitExceeded'],
    ['slow', 'DeadlineExceeded'],
  ] as const) {
    await plane.eventually(async () => {
      const status = (await client.get<Job>(jobs, at(name)))?.status
      assert.equal(status?.conditions?.find(({ type }) => type === 'Failed')?.reason, reason)
      assert.equal(status?.failed, 1)
    })
  }
})

function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
}
