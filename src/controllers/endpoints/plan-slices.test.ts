import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EndpointSlice } from '../../objects/kinds/endpoint-slice.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { planEndpoints } from './plan-endpoints.ts'
import { planSlices, type SlicePlan } from './plan-slices.ts'

type ServiceSpec = NonNullable<Service['spec']>

function service(spec: ServiceSpec = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', uid: 's', labels: { team: 'blue' } },
    spec: {
      selector: { app: 'web' },
      clusterIP: '10.96.0.9',
      ports: [{ name: 'http', port: 80, targetPort: 'web' }],
      ...spec,
    },
  }
}

interface Sketch {
  readonly ready?: boolean
  readonly ips?: readonly string[]
  readonly port?: number
  readonly going?: boolean
  readonly phase?: 'Running' | 'Succeeded'
  readonly spec?: Partial<NonNullable<Pod['spec']>>
}

function pod(
  name: string,
  { ready = true, ips = ['10.244.0.10'], port = 8080, going, phase = 'Running', spec }: Sketch = {},
): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', uid: name, ...(going && { deletionTimestamp: '2026-01-01T00:00:00Z' }) },
    spec: { containers: [{ name: 'c', ports: [{ name: 'web', containerPort: port }] }], nodeName: 'node-a', ...spec },
    status: {
      phase,
      ...(ips[0] && { podIP: ips[0], podIPs: ips.map(ip => ({ ip })) }),
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
    },
  }
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => pod(`p${i}`, { ips: [`10.244.${i >> 8}.${i & 255}`] }))
const plan = (owner: Service, pods: readonly Pod[], slices: readonly EndpointSlice[] = []) =>
  planSlices(owner, { pods, slices, nodeOf: () => undefined })
/** The slices as the API would hold them after the plan. */
const carriedOut = ({ create, update }: SlicePlan): EndpointSlice[] => [
  ...update.map(({ after }) => after),
  ...create.map((slice, i) => ({ ...slice, metadata: { ...slice.metadata, name: `web-${i}`, resourceVersion: '1' } })),
]
const nothing: SlicePlan = { create: [], update: [], remove: [] }

test('a slice says who, where, on which port, and whose it is', () => {
  const [slice] = plan(service(), [pod('p1')]).create
  assert.deepEqual(slice?.endpoints, [
    {
      addresses: ['10.244.0.10'],
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: 'node-a',
      targetRef: { kind: 'Pod', name: 'p1', namespace: 'shop', uid: 'p1' },
    },
  ])
  assert.deepEqual(slice?.ports, [{ name: 'http', port: 8080, protocol: 'TCP' }])
  assert.deepEqual(slice?.metadata.labels, {
    team: 'blue',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  })
  assert.equal(slice?.metadata.ownerReferences?.[0]?.uid, 's')
})

test('conditions follow readiness and termination', () => {
  const conditions = (owner: Service, sketch: Sketch) =>
    plan(owner, [pod('p', sketch)]).create[0]?.endpoints[0]?.conditions
  assert.deepEqual(conditions(service(), { ready: false }), { ready: false, serving: false, terminating: false })
  assert.deepEqual(conditions(service(), { going: true }), { ready: false, serving: true, terminating: true })
  assert.deepEqual(conditions(service({ publishNotReadyAddresses: true }), { ready: false, going: true }), {
    ready: true,
    serving: false,
    terminating: true,
  })
})

test('pods without address, finished ones, and ones without the named port stand behind nothing', () => {
  const others = [
    pod('a', { ips: [] }),
    pod('b', { phase: 'Succeeded' }),
    pod('c', { spec: { containers: [{ name: 'c' }] } }),
  ]
  const [slice] = plan(service(), others).create
  assert.deepEqual(slice?.endpoints, [], 'one empty slice says that there is nobody')
  const held = carriedOut(plan(service(), others))
  assert.deepEqual(plan(service(), others, held), nothing)
})

test('a named port that differs between pods makes a slice for each number', () => {
  const { create } = plan(service(), [pod('old'), pod('new', { port: 9090 })])
  assert.deepEqual(
    create.map(slice => `${slice.ports?.[0]?.port} ${slice.endpoints[0]?.targetRef?.name}`),
    ['8080 old', '9090 new'],
  )
})

test('at most a hundred endpoints share a slice, and room is filled before a new one is made', () => {
  const held = carriedOut(plan(service(), numbered(250)))
  assert.deepEqual(
    held.map(({ endpoints }) => endpoints.length),
    [100, 100, 50],
  )
  const more = plan(service(), numbered(260), held)
  assert.deepEqual([more.create.length, more.update.length], [0, 1])
})

test('a pod that changes changes the one slice it is in; nothing else is written', () => {
  const pods = numbered(250)
  const held = carriedOut(plan(service(), pods))
  assert.deepEqual(plan(service(), pods, held), nothing)
  const changed = pods.map((item, i) => (i === 120 ? pod('p120', { ready: false, ips: ['10.244.0.120'] }) : item))
  const { create, update, remove } = plan(service(), changed, held)
  assert.deepEqual([create.length, update.length, remove.length], [0, 1, 0])
  assert.equal(update[0]?.before, held[1])
})

test('a slice that empties is removed, the last one stays and says so', () => {
  const held = carriedOut(plan(service(), numbered(101)))
  const { update, remove } = plan(service(), numbered(100), held)
  assert.deepEqual([update.length, remove.length], [0, 1])
  const none = plan(service(), [], held)
  assert.deepEqual([none.update[0]?.after.endpoints, none.remove.length], [[], 1])
})

test('a dual-stack Service has slices of both families, and loses those of a family it gives up', () => {
  const both = service({ ipFamilies: ['IPv4', 'IPv6'] })
  const pods = [pod('p', { ips: ['10.244.0.10', 'fd00::a'] })]
  const held = carriedOut(plan(both, pods))
  assert.deepEqual(
    held.map(({ addressType, endpoints }) => `${addressType} ${endpoints[0]?.addresses[0]}`),
    ['IPv4 10.244.0.10', 'IPv6 fd00::a'],
  )
  assert.deepEqual(plan(service({ ipFamilies: ['IPv4'] }), pods, held).remove, [held[1]])
})

test('headless: no ports needed, a label says so, host names only under the own subdomain', () => {
  const { ports: _, ...spec } = service({ clusterIP: 'None' }).spec ?? {}
  const headless: Service = { ...service(), spec }
  const pods = [
    pod('a', { spec: { hostname: 'db-0', subdomain: 'web' } }),
    pod('b', { spec: { hostname: 'db-1', subdomain: 'other' }, ips: ['10.244.0.11'] }),
  ]
  const [slice] = plan(headless, pods).create
  assert.equal(slice?.metadata.labels?.['service.kubernetes.io/headless'], '')
  assert.deepEqual(slice?.ports, [])
  assert.deepEqual(
    slice?.endpoints.map(({ hostname }) => hostname),
    ['db-0', undefined],
  )
})

test('Endpoints list ready and not ready apart, sorted by address, and are left alone when equal', () => {
  const pods = [
    pod('b', { ips: ['10.244.0.12'] }),
    pod('a', { ips: ['10.244.0.11'] }),
    pod('c', { ready: false }),
    pod('d', { going: true }),
  ]
  const made = planEndpoints(service(), pods, undefined)
  assert.deepEqual(
    made.subsets?.map(({ addresses, notReadyAddresses, ports }) => [
      addresses?.map(({ ip }) => ip),
      notReadyAddresses?.map(({ ip }) => ip),
      ports,
    ]),
    [[['10.244.0.11', '10.244.0.12'], ['10.244.0.10'], [{ name: 'http', port: 8080, protocol: 'TCP' }]]],
  )
  assert.equal(planEndpoints(service(), pods.toReversed(), made), made)
})
