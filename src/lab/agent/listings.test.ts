import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KernelFrontend } from '../../dataplane/nftables/read-back.ts'
import { address } from '../../net/address.ts'
import { cluster, node, service, slice } from '../../network/resolve/fixture.testing.ts'
import { resolve } from '../../network/resolve/resolve.ts'
import { printLoadBalancerList } from './lb-list.ts'
import { printServiceList } from './service-list.ts'
import { agentServices, ServiceIds } from './services.ts'

const network = resolve(
  cluster({
    nodes: [node('one', { addresses: ['192.168.1.98'], podCidrs: ['10.244.0.0/24'] })],
    services: [
      service('default/echo', {
        spec: { type: 'LoadBalancer', clusterIP: '10.96.0.7', ports: [{ port: 80, nodePort: 30_080 }] },
        ingress: ['192.168.1.101'],
      }),
    ],
    endpointSlices: [
      slice('default/echo', {
        ports: [{ port: 8080 }],
        endpoints: [
          { address: '10.244.0.10', node: 'one' },
          { address: '10.244.0.11', node: 'one', ready: false, serving: true, terminating: true },
        ],
      }),
    ],
  }),
)

const frontend = (at: string, port: number, more: Partial<KernelFrontend> = {}): KernelFrontend => ({
  address: address(at),
  protocol: 'TCP',
  port,
  backends: [
    { address: address('10.244.0.10'), port: 8080 },
    { address: address('10.244.0.11'), port: 8080 },
  ],
  isSticky: false,
  ...more,
})

const services = (frontends: readonly KernelFrontend[], ids = new ServiceIds()) =>
  agentServices({ frontends, masquerades: new Set() }, { network, node: 'one', ids })

const trimmed = (text: string) => text.split('\n').map(line => line.trimEnd())

test('service list has upstream’s columns, and says of each backend how it takes part', () => {
  const text = printServiceList(
    services([frontend('10.96.0.7', 80), frontend('192.168.1.98', 30_080), frontend('192.168.1.101', 80)]),
    'text',
  )
  assert.deepEqual(trimmed(text), [
    'ID   Frontend                 Service Type   Backend',
    '1    10.96.0.7:80/TCP         ClusterIP      1 => 10.244.0.10:8080/TCP (active)',
    '                                             2 => 10.244.0.11:8080/TCP (terminating)',
    '2    192.168.1.98:30080/TCP   NodePort       1 => 10.244.0.10:8080/TCP (active)',
    '                                             2 => 10.244.0.11:8080/TCP (terminating)',
    '3    192.168.1.101:80/TCP     LoadBalancer   1 => 10.244.0.10:8080/TCP (active)',
    '                                             2 => 10.244.0.11:8080/TCP (terminating)',
    '',
  ])
})

test('what the kernel has and the Network does not is listed all the same, without a type', () => {
  const [stale] = services([frontend('10.96.0.99', 80)])
  assert.equal(stale?.type, 'Unknown')
  assert.deepEqual(
    stale.backends.map(({ state }) => state),
    ['quarantined', 'quarantined'],
  )
})

test('lb list has an entry for the frontend and one for each backend, with the same id', () => {
  const held = services([frontend('10.96.0.7', 80), frontend('192.168.1.101', 80, { backends: [] })])
  assert.deepEqual(trimmed(printLoadBalancerList(held, { view: 'all', format: 'text' })), [
    'SERVICE ADDRESS            BACKEND ADDRESS (REVNAT_ID) (SLOT)',
    '10.96.0.7:80/TCP (0)       0.0.0.0:0 (1) (0) [ClusterIP, non-routable]',
    '10.96.0.7:80/TCP (1)       10.244.0.10:8080/TCP (1) (1)',
    '10.96.0.7:80/TCP (2)       10.244.0.11:8080/TCP (1) (2)',
    '192.168.1.101:80/TCP (0)   0.0.0.0:0 (2) (0) [LoadBalancer]',
    '',
  ])
})

test('a Local policy gives an entry for each kind of client', () => {
  const outside = [{ address: address('10.244.0.10'), port: 8080 }]
  const entries = services([frontend('192.168.1.101', 80, { outside, isSticky: true, allowed: ['192.168.1.0/24'] })])
  const listed = printLoadBalancerList(entries, { view: 'all', format: 'json' })
  assert.deepEqual(JSON.parse(listed), {
    '192.168.1.101:80/TCP (0)': ['0.0.0.0:0 (1) (0) [LoadBalancer, Local, sessionAffinity, check source-range]'],
    '192.168.1.101:80/TCP (1)': ['10.244.0.10:8080/TCP (1) (1)'],
    '192.168.1.101:80/TCP/i (0)': ['0.0.0.0:0 (2) (0) [LoadBalancer, sessionAffinity, check source-range]'],
    '192.168.1.101:80/TCP/i (1)': ['10.244.0.10:8080/TCP (2) (1)'],
    '192.168.1.101:80/TCP/i (2)': ['10.244.0.11:8080/TCP (2) (2)'],
  })
  const ranges = printLoadBalancerList(entries.slice(0, 1), { view: 'source-ranges', format: 'json' })
  assert.deepEqual(JSON.parse(ranges), { '192.168.1.0/24 (1)': [''] })
})

test('ids stay while others come and go', () => {
  const ids = new ServiceIds()
  const first = services([frontend('10.96.0.7', 80), frontend('192.168.1.101', 80)], ids)
  const later = services([frontend('10.96.0.3', 80), frontend('192.168.1.101', 80)], ids)
  const idOf = (list: typeof first) => list.find(entry => entry.address === '192.168.1.101')?.id
  assert.equal(idOf(first), idOf(later))
  assert.equal(new Set(later.map(({ id }) => id)).size, 2)
})
