import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Event, events } from '../../src/objects/kinds/event.ts'
import { nodes } from '../../src/objects/kinds/node.ts'
import { type Pod, pods } from '../../src/objects/kinds/pod.ts'
import { readyNode, startPlane } from './plane.testing.ts'

const key = { namespace: 'default', name: 'picky' }

test('a pod that fits nowhere says why, once, and is placed when a fitting node comes', async () => {
  await using plane = await startPlane({ nodes: ['node-a', 'node-b'], runsPods: false })
  const { client } = plane
  await client.create<Pod>(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: key,
    spec: { containers: [{ name: 'c', image: 'echo' }], nodeSelector: { disk: 'ssd' } },
  })
  const about = async (reason: string) =>
    (await client.list<Event>(events, { namespace: 'default' })).items.filter(event => event.reason === reason)
  await plane.eventually(async () => {
    const condition = (await client.get<Pod>(pods, key))?.status?.conditions?.find(
      ({ type }) => type === 'PodScheduled',
    )
    assert.deepEqual([condition?.status, condition?.reason], ['False', 'Unschedulable'])
    const [event] = await about('FailedScheduling')
    assert.match(
      event?.message ?? '',
      /^0\/2 nodes are available: 2 node\(s\) didn't match Pod's node affinity\/selector\./,
    )
  })
  await client.create(nodes, readyNode('node-c', { disk: 'ssd' }))
  await plane.eventually(async () => {
    assert.equal((await client.get<Pod>(pods, key))?.spec?.nodeName, 'node-c')
    assert.equal((await about('Scheduled'))[0]?.message, 'Successfully assigned default/picky to node-c')
  })
  assert.equal((await about('FailedScheduling'))[0]?.count, 1)
})
