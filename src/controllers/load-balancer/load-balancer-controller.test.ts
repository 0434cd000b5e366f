import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../client/clock.ts'
import { memoryClient } from '../../client/memory.testing.ts'
import { address } from '../../net/address.ts'
import { cidr } from '../../net/cidr.ts'
import { service } from '../../network/resolve/fixture.testing.ts'
import {
  type CiliumLoadBalancerIPPool,
  ciliumLoadBalancerIPPools,
} from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import { type Event, events } from '../../objects/kinds/event.ts'
import { type Service, services } from '../../objects/kinds/service.ts'
import { startLoadBalancerController } from './load-balancer-controller.ts'

const site = {
  podCidrs: [],
  serviceCidrs: [],
  lanCidrs: [cidr('192.168.1.0/24')],
  hosts: [],
}
/** Its Node object says nothing of addresses yet, as when a lab starts. */
const machines = [{ name: 'k8s-3', addresses: [address('192.168.1.100')] }]
const pool: CiliumLoadBalancerIPPool = {
  apiVersion: 'cilium.io/v2',
  kind: 'CiliumLoadBalancerIPPool',
  metadata: { name: 'default-pool' },
  spec: { blocks: [{ cidr: '192.168.1.100/32' }, { cidr: '192.168.1.101/32' }] },
}
const web = service('shop/web', {
  spec: { type: 'LoadBalancer', clusterIP: '10.96.0.1', ports: [{ port: 80, protocol: 'TCP' }] },
})

/** Until `holds`, looked at after every turn; a second at most. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 1000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to pass within a second')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

test('a Service gets an address, conditions and an Event; another gets the reason; both follow the pool', async () => {
  const stop = new AbortController()
  const client = memoryClient()
  await client.create(ciliumLoadBalancerIPPools, pool)
  await client.create(services, web)
  await client.create(services, { ...web, metadata: { name: 'other', namespace: 'shop' } })
  await using controller = startLoadBalancerController({
    client,
    clock: systemClock,
    random: () => 0.5,
    signal: stop.signal,
    site,
    machines,
  })
  await controller.synced
  const get = async (name: string) => (await client.get<Service>(services, { namespace: 'shop', name }))?.status
  const reason = async (name: string) =>
    (await get(name))?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`).join()

  await eventually(async () => (await reason('web')) !== undefined)
  const granted = [await get('other'), await get('web')].find(status => status?.loadBalancer?.ingress !== undefined)
  assert.deepEqual(granted?.loadBalancer?.ingress, [{ ip: '192.168.1.101', ipMode: 'VIP' }])
  const reasons = [await reason('other'), await reason('web')].sort()
  assert.deepEqual(reasons, [
    'cilium.io/IPAMRequestSatisfied False out_of_ips',
    'cilium.io/IPAMRequestSatisfied True satisfied',
  ])

  const said = async () =>
    (await client.list<Event>(events)).items.map(({ reason, message }) => `${reason}: ${message}`).sort()
  await eventually(async () => (await said()).length === 3)
  assert.deepEqual(await said(), [
    'AddressReserved: 192.168.1.100 belongs to node k8s-3 and is never handed out',
    'IPAllocated: Assigned 192.168.1.101',
    'OutOfIps: every IPv4 address of the pools for this Service is taken',
  ])
  const conditions = async () =>
    (await client.get<CiliumLoadBalancerIPPool>(ciliumLoadBalancerIPPools, { name: 'default-pool' }))?.status
      ?.conditions
  assert.deepEqual(
    (await conditions())?.map(({ type, message }) => `${type} ${message}`),
    ['cilium.io/PoolConflict ', 'cilium.io/IPsTotal 2', 'cilium.io/IPsAvailable 0', 'cilium.io/IPsUsed 1'],
  )

  await client.patch(
    ciliumLoadBalancerIPPools,
    { name: 'default-pool' },
    {
      type: 'merge',
      patch: { spec: { blocks: [{ start: '192.168.1.101', stop: '192.168.1.110' }] } },
    },
  )
  await eventually(async () => (await reason('other')) === (await reason('web')))
  assert.equal((await get('web'))?.loadBalancer?.ingress?.length, 1)
  assert.equal((await get('other'))?.loadBalancer?.ingress?.length, 1)

  await client.delete(ciliumLoadBalancerIPPools, { name: 'default-pool' })
  await eventually(async () => (await get('web'))?.conditions === undefined)
  assert.deepEqual((await get('web'))?.loadBalancer, {})
  await controller.idle()
  const { patch } = client.writes
  await new Promise(resolve => setTimeout(resolve, 20))
  assert.equal(client.writes.patch, patch, 'it keeps writing though nothing changes')
  stop.abort()
})
