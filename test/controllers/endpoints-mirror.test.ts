// Do Endpoints that users write come to where traffic is steered from, on a real API server?
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startEndpoints } from '../../src/controllers/endpoints/endpoints.ts'
import { startEndpointsMirror } from '../../src/controllers/endpoints/mirror-endpoints.ts'
import { type EndpointSlice, endpointSlices } from '../../src/objects/kinds/endpoint-slice.ts'
import { type Endpoints, endpoints } from '../../src/objects/kinds/endpoints.ts'
import { type Service, services } from '../../src/objects/kinds/service.ts'
import { type Plane, startPlane } from './plane.testing.ts'

const metadata = { namespace: 'default', name: 'nas' }
const service: Service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 445 }] } }
const written = (subsets: Endpoints['subsets'], labels: Record<string, string> = {}): Endpoints => ({
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: { ...metadata, labels },
  ...(subsets === undefined ? {} : { subsets }),
})
const nas = written([
  { addresses: [{ ip: '192.168.1.20' }], notReadyAddresses: [{ ip: '192.168.1.21' }], ports: [{ port: 445 }] },
  { addresses: [{ ip: 'fd00:1::20', hostname: 'six' }], ports: [{ port: 445 }] },
])

const world = () => startPlane({ controllers: [startEndpoints, startEndpointsMirror] })

async function slicesOf({ client }: Plane): Promise<readonly string[]> {
  const { items } = await client.list<EndpointSlice>(endpointSlices, { namespace: 'default' })
  return items
    .flatMap(slice =>
      slice.endpoints.map(({ addresses, conditions }) => {
        const { 'kubernetes.io/service-name': of } = slice.metadata.labels ?? {}
        return `${of} ${slice.addressType} ${addresses[0]}:${slice.ports?.[0]?.port} ${conditions?.ready ? 'ready' : 'not ready'}`
      }),
    )
    .sort()
}

test('Endpoints of a Service without a selector become slices, follow it and go with it', async () => {
  await using plane = await world()
  const { client } = plane
  await client.create(endpoints, nas)
  await client.create(services, service)
  const both = [
    'nas IPv4 192.168.1.20:445 ready',
    'nas IPv4 192.168.1.21:445 not ready',
    'nas IPv6 fd00:1::20:445 ready',
  ]
  await plane.eventually(async () => assert.deepEqual(await slicesOf(plane), both))
  const before = (await client.list(endpointSlices, { namespace: 'default' })).items.map(({ metadata }) => metadata.uid)

  await client.patch(endpoints, metadata, {
    type: 'merge',
    patch: { subsets: [{ addresses: [{ ip: '192.168.1.22' }], ports: [{ port: 445 }] }] },
  })
  await plane.eventually(async () => assert.deepEqual(await slicesOf(plane), ['nas IPv4 192.168.1.22:445 ready']))
  const [after] = (await client.list(endpointSlices, { namespace: 'default' })).items
  assert.ok(before.includes(after?.metadata.uid), 'the slice was changed, not replaced')

  await client.delete(endpointSlices, { namespace: 'default', name: after?.metadata.name ?? '' })
  await plane.eventually(async () => assert.deepEqual(await slicesOf(plane), ['nas IPv4 192.168.1.22:445 ready']))
  await client.delete(services, metadata)
  await plane.eventually(async () => assert.deepEqual(await slicesOf(plane), []))
})

test('what says skip-mirror, and what a selector makes, is left alone', async () => {
  await using plane = await world()
  const { client } = plane
  await client.create(services, service)
  await client.create(endpoints, written(nas.subsets, { 'endpointslice.kubernetes.io/skip-mirror': 'true' }))
  const selecting = { ...metadata, name: 'web' }
  await client.create(services, {
    ...service,
    metadata: selecting,
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  })
  await plane.eventually(async () => assert.ok(await client.get(endpoints, selecting)))
  await new Promise(resolve => setTimeout(resolve, 30))
  assert.deepEqual(await slicesOf(plane), [])
  assert.deepEqual(plane.problems, [])
})
