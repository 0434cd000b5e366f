import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from '../../net/address.ts'
import { cidr } from '../../net/cidr.ts'
import { cluster, node, pod, service } from '../../network/resolve/fixture.testing.ts'
import { resolve } from '../../network/resolve/resolve.ts'
import type { Link, Route } from '../../sys/netlink.ts'
import type { KernelState } from './node-checks.ts'
import type { StatusQuestion } from './request.ts'
import { agentStatus, ControllerMemory, problemOf } from './status.ts'
import { agoText, printStatus } from './status-text.ts'

const network = resolve(
  cluster({
    nodes: [
      node('one', { addresses: ['192.168.1.98'], podCidrs: ['10.244.0.0/24'] }),
      node('two', { addresses: ['192.168.1.99'], podCidrs: ['10.244.1.0/24'] }),
    ],
    pods: [pod('default/echo', { node: 'one', addresses: ['10.244.0.10'] })],
    services: [service('default/echo', { spec: { clusterIP: '10.96.0.7', ports: [{ port: 80 }] } })],
  }),
)

const link = (index: number, name: string): Link => ({
  index,
  name,
  kind: 'veth',
  mac: '02:00:00:00:00:01',
  mtu: 1500,
  up: true,
  carrier: true,
})
const route = (to: string, more: Partial<Route>): Route => ({
  family: 4,
  to: cidr(to),
  type: 'unicast',
  table: 254,
  metric: 0,
  ...more,
})

const sound: KernelState = {
  services: {
    frontends: [{ address: address('10.96.0.7'), protocol: 'TCP', port: 80, backends: [], isSticky: false }],
    masquerades: new Set([4]),
  },
  links: [link(2, 'eth0'), link(3, 'pod-1')],
  routes: [route('10.244.1.0/24', { via: address('192.168.1.99'), device: 2 }), route('10.244.0.10/32', { device: 3 })],
  addresses: [{ device: 2, address: address('192.168.1.98') }],
}

const status = (kernel: KernelState, memory = new ControllerMemory()) =>
  agentStatus({
    node: 'one',
    network,
    kernel,
    facts: {
      fairwayVersion: '0.1.0',
      kubernetes: { major: '1', minor: '34', gitVersion: 'v1.34.0', platform: 'linux/amd64' },
      loadBalancerMode: 'snat',
      nodePorts: { first: 30_000, last: 32_767 },
    },
    health: [
      { name: 'one', address: address('192.168.1.98'), isLocal: true, nodeAnswers: true, podAnswers: true },
      { name: 'two', address: address('192.168.1.99'), isLocal: false, nodeAnswers: false },
    ],
    memory,
    nowMs: Date.UTC(2026, 0, 1),
  })

const brief: StatusQuestion = {
  kind: 'status',
  format: 'text',
  brief: false,
  addresses: false,
  controllers: false,
  health: false,
  details: false,
}

test('the status of a sound node, and the other node that does not answer', () => {
  assert.equal(problemOf(status(sound)), undefined)
  assert.deepEqual(
    printStatus(status(sound), brief)
      .split('\n')
      .map(line => line.trimEnd()),
    [
      'KVStore:                Disabled',
      'Kubernetes:             Ok         1.34 (v1.34.0) [linux/amd64]',
      'KubeProxyReplacement:   True       [eth0   192.168.1.98 (Direct Routing)]',
      'Host firewall:          Disabled',
      'SRv6:                   Disabled',
      'CNI Chaining:           none',
      'Cilium:                 Ok   fairway 0.1.0 (nftables)',
      'NodeMonitor:            Disabled',
      'IPAM:                   IPv4: 1/245 allocated from 10.244.0.0/24',
      'BandwidthManager:       Disabled',
      'Routing:                Network: Native   Host: Legacy',
      'Masquerading:           nftables [IPv4: Enabled, IPv6: Disabled]',
      'Controller Status:      4/4 healthy',
      'Proxy Status:           No managed proxy redirect',
      'Hubble:                 Disabled',
      'Encryption:             Disabled',
      'Cluster health:         1/2 reachable   (2026-01-01T00:00:00Z)',
      'Name                    IP              Node   Endpoints',
      '  one (localhost)       192.168.1.98    1/1    1/1',
      '  two                   192.168.1.99    0/1    0/0',
      '',
    ],
  )
})

test('what the kernel lacks is a failing controller, and the agent is not Ok', () => {
  const memory = new ControllerMemory()
  status(sound, memory)
  const broken = status({ ...sound, routes: [], services: { frontends: [], masquerades: new Set() } }, memory)
  assert.match(problemOf(broken) ?? '', /^controller sync-node-routes: no route to 10\.244\.1\.0\/24 of two$/)
  const text = printStatus(broken, brief)
  assert.match(text, /^Controller Status: +2\/4 healthy$/m)
  assert.match(text, /^ {2}sync-services +0s ago +0s ago +1 +the kernel lacks 10\.96\.0\.7 TCP 80/m)
  assert.match(printStatus(broken, { ...brief, brief: true }), /^error in controller sync-node-routes/)
})

test('a node that nothing was programmed into says so', () => {
  assert.equal(
    problemOf(status({ ...sound, services: undefined })),
    'cilium: no Services are programmed into the kernel',
  )
})

test('times are told as Go tells them', () => {
  assert.deepEqual(
    [undefined, 0, 61_000, 3_725_000].map(ms => agoText(ms === undefined ? undefined : 10_000_000 - ms, 10_000_000)),
    ['never', '0s ago', '1m1s ago', '1h2m5s ago'],
  )
})
