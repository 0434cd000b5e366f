import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClusterObjects } from './cluster-objects.ts'
import { cluster, node, pod, service, slice } from './fixture.testing.ts'
import { resolve } from './resolve.ts'

const http = [{ name: 'http', port: 8080 }]
const web = service('shop/web', {
  spec: { clusterIP: '10.96.0.20', ports: [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }] },
})

test('a Service port has the endpoints of the slices that name it, sorted, each once in its best state', () => {
  const network = resolve(
    cluster({
      services: [web],
      endpointSlices: [
        slice('shop/web', {
          name: 'one',
          ports: http,
          endpoints: [{ address: '10.244.0.12' }, { address: '10.244.0.9' }],
        }),
        slice('shop/web', {
          name: 'two',
          ports: [
            { name: 'http', port: 9090 },
            { name: 'other', port: 1 },
          ],
          endpoints: [{ address: '10.244.0.10', ready: false }],
        }),
        slice('shop/web', { name: 'three', ports: http, endpoints: [{ address: '10.244.0.9', ready: false }] }),
        slice('other/web', { ports: http, endpoints: [{ address: '10.244.9.9' }] }),
      ],
    }),
  )
  assert.deepEqual(
    network.services[0]?.ports[0]?.endpoints.map(({ address, port, ready }) => `${address}:${port} ${ready}`),
    ['10.244.0.9:8080 true', '10.244.0.10:9090 false', '10.244.0.12:8080 true'],
  )
})

test('one changed slice makes one new Service; everything else is the very same object', () => {
  const services = Array.from({ length: 50 }, (_, i) =>
    service(`shop/s${i}`, { spec: { clusterIP: `10.96.1.${i}`, ports: [{ name: 'http', port: 80 }] } }),
  )
  const slices = services.map((_, i) => slice(`shop/s${i}`, { ports: http, endpoints: [{ address: `10.244.0.${i}` }] }))
  const before = cluster({
    services,
    endpointSlices: slices,
    pods: [pod('shop/a', { node: 'n', addresses: ['10.244.0.1'] })],
  })
  const first = resolve(before)
  const changed = slice('shop/s7', { ports: http, endpoints: [{ address: '10.244.7.7' }] })
  const after: ClusterObjects = {
    ...before,
    endpointSlices: new Map([...before.endpointSlices, ['shop/s7-v4', changed]]),
  }
  const second = resolve(after, first)
  const differing = second.services.filter((model, index) => model !== first.services[index])
  assert.deepEqual(
    differing.map(({ key }) => key),
    ['shop/s7'],
  )
  assert.equal(second.pods, first.pods)
  assert.equal(second.nodes, first.nodes)
  assert.equal(resolve(after, second).services, second.services)
})

test('a heartbeat of a node changes nothing, its health does', () => {
  const at = (ready: boolean) => cluster({ nodes: [node('a', { addresses: ['192.168.1.98'], ready })] })
  const first = resolve(at(true))
  assert.equal(resolve(at(true), first).nodes, first.nodes)
  assert.equal(resolve(at(false), first).nodes[0]?.ready, false)
})

test('what two Services claim belongs to the older one, and the other is told', () => {
  const claim = (key: string, created: string) =>
    service(key, {
      created,
      spec: { clusterIP: 'None', externalIPs: ['192.168.1.7'], ports: [{ port: 80, protocol: 'TCP' }] },
    })
  const young = claim('a/young', '2026-02-01T00:00:00Z')
  const old = claim('b/old', '2026-01-01T00:00:00Z')
  const network = resolve(cluster({ services: [young, old] }))
  assert.deepEqual(
    network.services.map(({ key, frontends }) => [key, frontends.length]),
    [
      ['a/young', 0],
      ['b/old', 1],
    ],
  )
  assert.match(
    network.diagnostics[0]?.message ?? '',
    /a\/young claims 192\.168\.1\.7:80\/TCP, which Service b\/old has/,
  )
})

test("a node port and an external address that is a node's own, with the same port, have one owner", () => {
  const nodes = [
    node('k8s-1', { addresses: ['192.168.1.98'] }),
    node('k8s-2', { addresses: ['192.168.1.99', 'fd00:1::99'] }),
  ]
  const onPort = (created: string) =>
    service('shop/port', {
      created,
      spec: { type: 'NodePort', clusterIP: '10.96.0.20', ports: [{ port: 80, nodePort: 30_080, protocol: 'TCP' }] },
    })
  const onAddress = service('shop/address', {
    created: '2026-01-02T00:00:00Z',
    spec: {
      clusterIP: '10.96.0.21',
      externalIPs: ['192.168.1.99', '192.168.1.7'],
      ports: [{ port: 30_080, protocol: 'TCP' }],
    },
  })
  const frontends = (created: string) => {
    const { services, diagnostics } = resolve(cluster({ nodes, services: [onPort(created), onAddress] }))
    const kinds = services.flatMap(model =>
      model.frontends.map(frontend => `${model.name} ${'address' in frontend ? frontend.address : 'nodes'}`),
    )
    return { kinds, told: diagnostics.map(({ object, message }) => `${object}: ${message}`) }
  }
  assert.deepEqual(frontends('2026-01-01T00:00:00Z'), {
    kinds: ['address 10.96.0.21', 'address 192.168.1.7', 'port 10.96.0.20', 'port nodes'],
    told: [
      'Service/shop/address: Service shop/address claims 192.168.1.99:30080/TCP, which Service shop/port has already',
    ],
  })
  assert.deepEqual(frontends('2026-01-03T00:00:00Z'), {
    kinds: ['address 10.96.0.21', 'address 192.168.1.99', 'address 192.168.1.7', 'port 10.96.0.20'],
    told: [
      'Service/shop/port: Service shop/port claims 192.168.1.99:30080/TCP, which Service shop/address has already',
    ],
  })
})

test('source ranges of which none can be read let nobody in, no ranges everybody', () => {
  const withRanges = (ranges: string[]) =>
    resolve(cluster({ services: [{ ...web, spec: { ...web.spec, loadBalancerSourceRanges: ranges } }] })).services[0]
      ?.sourceRanges
  assert.deepEqual(withRanges(['everywhere']), [])
  assert.equal(withRanges([]), undefined)
})

test('a pod that has ended has no address any more', () => {
  const running = pod('shop/a', { node: 'n', addresses: ['10.244.0.1'] })
  const ended = { ...running, status: { ...running.status, phase: 'Succeeded' as const } }
  assert.deepEqual(resolve(cluster({ pods: [ended] })).pods[0]?.addresses, [])
})

const lb = (key: string, ip: string, spec: object = {}) =>
  service(key, {
    spec: { type: 'LoadBalancer', clusterIP: '10.96.0.9', ports: [{ name: 'http', port: 80 }], ...spec },
    ingress: [ip],
    labels: { tier: key },
  })
const three = ['k8s-1', 'k8s-2', 'k8s-3'].map((name, i) => node(name, { addresses: [`192.168.1.${98 + i}`] }))
const announcer = (network: ReturnType<typeof resolve>) =>
  network.announcements.map(({ address, node }) => `${address} ${node}`)

test('every load-balancer address has one announcer, who stays while it may and is replaced when it may not', () => {
  const services = Array.from({ length: 30 }, (_, i) =>
    lb(`a/s${i}`, `192.168.1.${150 + i}`, { clusterIP: `10.96.2.${i}` }),
  )
  const first = resolve(cluster({ services, nodes: three }))
  assert.equal(first.announcements.length, 30)
  assert.equal(new Set(first.announcements.map(({ node }) => node)).size, 3)
  // One node falls ill: only its addresses move.
  const ill = [...three.slice(0, 2), node('k8s-3', { addresses: ['192.168.1.100'], ready: false })]
  const second = resolve(cluster({ services, nodes: ill }), first)
  for (const [i, { node: holder }] of second.announcements.entries()) {
    assert.notEqual(holder, 'k8s-3')
    if (first.announcements[i]?.node !== 'k8s-3') assert.equal(holder, first.announcements[i]?.node)
  }
  // It recovers: nothing moves back.
  const third = resolve(cluster({ services, nodes: three }), second)
  assert.deepEqual(announcer(third), announcer(second))
  assert.equal(third.announcements, second.announcements)
})

test('a cordoned node hands over, unless there is no other', () => {
  const cordoned = three.map(({ metadata }, i) =>
    node(metadata.name, { addresses: [`192.168.1.${98 + i}`], cordoned: i < 2 }),
  )
  assert.deepEqual(announcer(resolve(cluster({ services: [lb('a/s', '192.168.1.150')], nodes: cordoned }))), [
    '192.168.1.150 k8s-3',
  ])
  const alone = [node('k8s-1', { addresses: ['192.168.1.98'], cordoned: true })]
  assert.equal(resolve(cluster({ services: [lb('a/s', '192.168.1.150')], nodes: alone })).announcements.length, 1)
})

test('with externalTrafficPolicy Local only a node with a ready endpoint announces, and nobody without one', () => {
  const services = [lb('a/s', '192.168.1.150', { externalTrafficPolicy: 'Local' })]
  const on = (name: string) => [slice('a/s', { ports: http, endpoints: [{ address: '10.244.1.5', node: name }] })]
  assert.deepEqual(announcer(resolve(cluster({ services, nodes: three, endpointSlices: on('k8s-2') }))), [
    '192.168.1.150 k8s-2',
  ])
  assert.deepEqual(announcer(resolve(cluster({ services, nodes: three }))), [])
})

test('a shared address is announced once, and from a node that suits all its Services if there is one', () => {
  const local = { externalTrafficPolicy: 'Local' }
  const services = [
    lb('a/one', '192.168.1.150', local),
    lb('a/two', '192.168.1.150', { ...local, clusterIP: '10.96.0.10' }),
  ]
  const endpointSlices = [
    slice('a/one', {
      ports: http,
      endpoints: [
        { address: '10.244.0.5', node: 'k8s-1' },
        { address: '10.244.1.5', node: 'k8s-2' },
      ],
    }),
    slice('a/two', {
      ports: http,
      endpoints: [
        { address: '10.244.1.6', node: 'k8s-2' },
        { address: '10.244.2.6', node: 'k8s-3' },
      ],
    }),
  ]
  const { announcements } = resolve(cluster({ services, nodes: three, endpointSlices }))
  assert.deepEqual(
    announcements.map(({ node, services }) => [node, services]),
    [['k8s-2', ['a/one', 'a/two']]],
  )
})

test('announcement policies choose Services, kinds of addresses and nodes', () => {
  const policy = (spec: object) => ({
    apiVersion: 'cilium.io/v2alpha1',
    kind: 'CiliumL2AnnouncementPolicy',
    metadata: { name: 'p' },
    spec,
  })
  const labelled = three.map(({ metadata }, i) =>
    node(metadata.name, { addresses: [`192.168.1.${98 + i}`], labels: { rack: `${i}` } }),
  )
  const services = [lb('a/s', '192.168.1.150', { externalIPs: ['192.168.1.160'] }), lb('b/s', '192.168.1.151')]
  const chosen = (spec: object) =>
    announcer(resolve(cluster({ services, nodes: labelled, announcementPolicies: [policy(spec)] })))
  assert.deepEqual(chosen({}), [])
  assert.deepEqual(
    chosen({
      loadBalancerIPs: true,
      serviceSelector: { matchLabels: { 'io.kubernetes.service.namespace': 'a' } },
      nodeSelector: { matchLabels: { rack: '1' } },
    }),
    ['192.168.1.150 k8s-2'],
  )
  assert.deepEqual(chosen({ externalIPs: true, nodeSelector: { matchLabels: { rack: '2' } } }), ['192.168.1.160 k8s-3'])
})
