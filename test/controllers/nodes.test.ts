import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../../src/client/client.ts'
import { type Event, events } from '../../src/objects/kinds/event.ts'
import { type Lease, leases } from '../../src/objects/kinds/lease.ts'
import { type Node, nodes } from '../../src/objects/kinds/node.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'
import { type Plane, startPlane } from './plane.testing.ts'

const leaseKey = { namespace: 'kube-node-lease', name: 'node-a' }

async function renew(client: Client): Promise<void> {
  await client.patch(leases, leaseKey, {
    type: 'merge',
    patch: { spec: { renewTime: new Date().toISOString().replace('Z', '000Z') } },
  })
}

async function startWithLease(): Promise<Plane> {
  const plane = await startPlane({ nodes: ['node-a'], graceMs: 150 })
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: leaseKey,
    spec: { holderIdentity: 'node-a' },
  }
  await plane.client.create(leases, lease)
  return plane
}

const pod = (name: string, seconds?: number): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    containers: [{ name: 'c', image: 'echo' }],
    tolerations: [
      {
        key: 'node.kubernetes.io/unreachable',
        operator: 'Exists',
        effect: 'NoExecute',
        ...(seconds === undefined ? {} : { tolerationSeconds: seconds }),
      },
    ],
  },
})

const readyOf = (object: Pod | Node | undefined) =>
  object?.status?.conditions?.find(({ type }) => type === 'Ready')?.status

test('a silent node becomes unknown and tainted, its pods not ready, and those that do not tolerate it go', async () => {
  await using plane = await startWithLease()
  const { client } = plane
  await client.create(pods, pod('stays'))
  await client.create(pods, pod('goes', 0))
  const beats = setInterval(() => void renew(client), 20)
  try {
    await plane.eventually(async () => {
      assert.equal(readyOf(await client.get<Pod>(pods, { namespace: 'default', name: 'stays' })), 'True')
    })
    await new Promise(resolve => setTimeout(resolve, 300))
    assert.equal(readyOf(await client.get<Node>(nodes, { name: 'node-a' })), 'True', 'renewals alone keep it alive')
  } finally {
    clearInterval(beats)
  }
  await plane.eventually(async () => {
    const node = await client.get<Node>(nodes, { name: 'node-a' })
    assert.equal(readyOf(node), 'Unknown')
    assert.deepEqual(
      node?.spec?.taints?.map(({ key, effect }) => `${key}:${effect}`),
      ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute'],
    )
    assert.equal(readyOf(await client.get<Pod>(pods, { namespace: 'default', name: 'stays' })), 'False')
    assert.equal(await client.get(pods, { namespace: 'default', name: 'goes' }), undefined)
  })
  const conditions = [{ type: 'Ready', status: 'True', lastHeartbeatTime: new Date().toISOString() }]
  await client.patch(
    nodes,
    { name: 'node-a' },
    { type: 'merge', patch: { status: { conditions } } },
    { subresource: 'status' },
  )
  await plane.eventually(async () => {
    assert.equal((await client.get<Node>(nodes, { name: 'node-a' }))?.spec?.taints, undefined)
  })
})

test('no node is taken for dead because this process was held up', async () => {
  await using plane = await startWithLease()
  const { client } = plane
  // A renewal takes many turns of the event loop, as a real request does.
  const beats = setInterval(async () => {
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
    await renew(client)
  }, 20)
  try {
    await new Promise(resolve => setTimeout(resolve, 100))
    // Nobody's timer runs meanwhile, and afterwards all are due at once.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500)
    await new Promise(resolve => setTimeout(resolve, 200))
  } finally {
    clearInterval(beats)
  }
  const { items } = await client.list<Event>(events)
  assert.deepEqual(
    items.map(({ reason, message }) => `${reason}: ${message}`),
    [],
  )
})

test('the pods of a node that was taken out of the cluster are removed after the grace time', async () => {
  await using plane = await startWithLease()
  await plane.client.create(pods, pod('stray'))
  await plane.eventually(async () => {
    const stray = await plane.client.get<Pod>(pods, { namespace: 'default', name: 'stray' })
    assert.equal(stray?.spec?.nodeName, 'node-a')
  })
  await plane.client.delete(nodes, { name: 'node-a' })
  await plane.eventually(async () => {
    assert.equal(await plane.client.get(pods, { namespace: 'default', name: 'stray' }), undefined)
  })
})
