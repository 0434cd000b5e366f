// What a Service gets from the server: addresses, families and node ports; and when it loses them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../../src/client/client.ts'
import { type Service, services } from '../../src/objects/kinds/service.ts'
import { startCluster } from './cluster.testing.ts'

type Spec = NonNullable<Service['spec']>

function service(name: string, spec: Spec, namespace = 'default'): Service {
  const ports = spec.type === 'ExternalName' ? {} : { ports: [{ port: 80 }] }
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ...ports, ...spec } }
}

async function make(client: Client, name: string, spec: Spec = {}): Promise<Spec> {
  return (await client.create(services, service(name, spec))).spec ?? {}
}

test('addresses are given out one after another above the band for requested ones, and the first is the API server’s', async () => {
  await using cluster = await startCluster({ serviceCidrs: ['10.96.0.0/12'] })
  const { client } = cluster
  const one = await make(client, 'one')
  assert.deepEqual(
    [one.clusterIP, one.clusterIPs, one.ipFamilies, one.ipFamilyPolicy],
    ['10.96.1.0', ['10.96.1.0'], ['IPv4'], 'SingleStack'],
  )
  assert.equal((await make(client, 'two')).clusterIP, '10.96.1.1')
  await assert.rejects(make(client, 'greedy', { clusterIP: '10.96.0.1' }), { code: 422, message: /already allocated/ })
  assert.equal((await make(client, 'kubernetes')).clusterIP, '10.96.0.1')
})

test('a released address may be asked for again, but is not the next to be given out', async () => {
  await using cluster = await startCluster()
  const { client } = cluster
  const { clusterIP = '' } = await make(client, 'short')
  await client.delete(services, { namespace: 'default', name: 'short' })
  assert.notEqual((await make(client, 'next')).clusterIP, clusterIP)
  assert.equal((await make(client, 'asks', { clusterIP })).clusterIP, clusterIP)
})

test('a full range says so, and an address of it is free again after a deletion', async () => {
  await using cluster = await startCluster({ serviceCidrs: ['10.1.0.0/29'] })
  const { client } = cluster
  // Eight addresses: without network, broadcast and the API server's own, five are left.
  for (let i = 0; i < 5; i++) await make(client, `s${i}`)
  await assert.rejects(make(client, 'late'), { code: 500, message: /range is full/ })
  await client.delete(services, { namespace: 'default', name: 's2' })
  await make(client, 'late')
})

test('two families: preferred, required, and in the order asked for', async () => {
  await using cluster = await startCluster({ serviceCidrs: ['10.96.0.0/12', 'fd00:10:96::/108'] })
  const { client } = cluster
  assert.deepEqual((await make(client, 'plain')).ipFamilies, ['IPv4'])
  const both = await make(client, 'both', { ipFamilyPolicy: 'PreferDualStack' })
  assert.deepEqual(both.ipFamilies, ['IPv4', 'IPv6'])
  assert.match(both.clusterIPs?.[1] ?? '', /^fd00:10:96::/)
  const reversed = await make(client, 'six', { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv6'] })
  assert.deepEqual(reversed.ipFamilies, ['IPv6', 'IPv4'])
  assert.equal(reversed.clusterIP, reversed.clusterIPs?.[0])
})

test('a single-stack cluster refuses to be required for two families', async () => {
  await using cluster = await startCluster()
  await assert.rejects(make(cluster.client, 'both', { ipFamilyPolicy: 'RequireDualStack' }), {
    code: 422,
    message: /this cluster is not configured for dual-stack services/,
  })
  await assert.rejects(make(cluster.client, 'six', { ipFamilies: ['IPv6'] }), {
    message: /not configured on this cluster/,
  })
})

test('headless Services and external names have no address', async () => {
  await using cluster = await startCluster()
  const headless = await make(cluster.client, 'headless', { clusterIP: 'None', selector: { app: 'a' } })
  assert.deepEqual(
    [headless.clusterIPs, headless.ipFamilies, headless.ipFamilyPolicy],
    [['None'], ['IPv4'], 'SingleStack'],
  )
  const bare = await make(cluster.client, 'bare', { clusterIP: 'None' })
  assert.deepEqual([bare.ipFamilies, bare.ipFamilyPolicy], [['IPv4', 'IPv6'], 'RequireDualStack'])
  const external = await make(cluster.client, 'external', { type: 'ExternalName', externalName: 'a.example' })
  assert.deepEqual([external.clusterIP, external.ipFamilies], [undefined, undefined])
})

test('node ports come and go with the type; TCP and UDP of a port share one', async () => {
  await using cluster = await startCluster()
  const { client } = cluster
  const spec = await make(client, 'np', {
    type: 'NodePort',
    ports: [
      { name: 't', port: 53, protocol: 'TCP' },
      { name: 'u', port: 53, protocol: 'UDP' },
      { name: 'm', port: 9153 },
    ],
  })
  const given = (spec.ports ?? []).map(({ nodePort }) => nodePort)
  assert.equal(given[0], given[1])
  assert.notEqual(given[0], given[2])
  assert.ok(given.every(port => port !== undefined && port >= 30000 && port <= 32767))
  await assert.rejects(make(client, 'thief', { type: 'NodePort', ports: [{ port: 1, nodePort: given[0] ?? 0 }] }), {
    message: /spec\.ports\[0\]\.nodePort: Invalid value: \d+: provided port is already allocated/,
  })
  const key = { namespace: 'default', name: 'np' }
  const changed = await client.patch<Service>(services, key, { type: 'merge', patch: { spec: { type: 'ClusterIP' } } })
  assert.deepEqual(
    changed.spec?.ports?.map(({ nodePort }) => nodePort),
    [undefined, undefined, undefined],
  )
  await make(client, 'heir', { type: 'NodePort', ports: [{ port: 1, nodePort: given[0] ?? 0 }] })
})

test('an update that leaves out what was allocated keeps it; changing the address is refused', async () => {
  await using cluster = await startCluster()
  const { client } = cluster
  const made = await client.create(services, service('keep', { type: 'LoadBalancer' }))
  const bare = { ...service('keep', { type: 'LoadBalancer' }), metadata: made.metadata }
  const updated = await client.update<Service>(services, bare)
  assert.equal(updated.spec?.clusterIP, made.spec?.clusterIP)
  assert.equal(updated.spec?.ports?.[0]?.nodePort, made.spec?.ports?.[0]?.nodePort)
  const moved = { ...updated, spec: { ...updated.spec, clusterIP: '10.100.0.1', clusterIPs: ['10.100.0.1'] } }
  await assert.rejects(client.update(services, moved), { code: 422, message: /may not change once set/ })
})

test('a load balancer with local traffic has a health check port, until it no longer wants one', async () => {
  await using cluster = await startCluster()
  const { client } = cluster
  const made = await client.create(services, service('local', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' }))
  assert.ok((made.spec?.healthCheckNodePort ?? 0) >= 30000)
  const key = { namespace: 'default', name: 'local' }
  const patch = { spec: { externalTrafficPolicy: 'Cluster' } }
  const changed = await client.patch<Service>(services, key, { type: 'merge', patch })
  assert.equal(changed.spec?.healthCheckNodePort, undefined)
  const without = await make(client, 'no-ports', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false })
  assert.equal(without.ports?.[0]?.nodePort, undefined)
})

test('a type that becomes ExternalName gives its address back', async () => {
  await using cluster = await startCluster()
  const { client } = cluster
  const { clusterIP = '' } = await make(client, 'leaving')
  const key = { namespace: 'default', name: 'leaving' }
  const patch = { spec: { type: 'ExternalName', externalName: 'a.example' } }
  const changed = await client.patch<Service>(services, key, { type: 'merge', patch })
  assert.equal(changed.spec?.clusterIP, undefined)
  assert.equal((await make(client, 'heir', { clusterIP })).clusterIP, clusterIP)
})

test('a dry run takes nothing', async () => {
  await using cluster = await startCluster()
  const dry = await cluster.kubectl(
    'create',
    'service',
    'nodeport',
    'np',
    '--tcp=1',
    '--node-port=30123',
    '--dry-run=server',
  )
  assert.equal(dry.code, 0, dry.stderr)
  const real = await cluster.kubectl('create', 'service', 'nodeport', 'other', '--tcp=1', '--node-port=30123')
  assert.equal(real.code, 0, real.stderr)
})
