import assert from 'node:assert/strict'
import { test } from 'node:test'
import { told, workload } from '../check.testing.ts'
import { hostPort } from './fw310-host-port.ts'

const site = {
  nodes: [
    { name: 'one', address: '192.168.1.98', roles: ['edge'] },
    { name: 'two', address: '192.168.1.99' },
  ],
}
const container = { ports: [{ containerPort: 80, hostPort: 8080 }] }
const proxy = (name: string, replicas: number) => workload(name, { container, spec: { replicas } })

test('more replicas than nodes cannot all have the port', () => {
  assert.deepEqual(told(hostPort, [proxy('a', 3)], { site }), [
    'spec.template.spec.containers[0].ports[0].hostPort warning FW310 port 8080/TCP of a node is wanted by 3 pods of Deployment/default/a, and there are 2 nodes for them',
  ])
})

test('a DaemonSet has the port on every node, so nobody else can', () => {
  const everywhere = workload('d', { kind: 'DaemonSet', container })
  assert.match(
    told(hostPort, [proxy('a', 1), everywhere], { site })[0] ?? '',
    /3 pods of Deployment\/default\/a, DaemonSet\/default\/d/,
  )
})

test('a node selector leaves fewer nodes', () => {
  const edge = workload('a', {
    container,
    spec: { replicas: 2 },
    pod: { nodeSelector: { 'node-role.kubernetes.io/edge': '' } },
  })
  assert.equal(told(hostPort, [edge], { site }).length, 1)
})

test('in the node’s own network every port is the node’s', () => {
  const host = workload('a', { ports: ['9100'], spec: { replicas: 3 } })
  const { spec } = host as unknown as { spec: { template: { spec: object } } }
  const inHost = {
    ...host,
    spec: { ...spec, template: { ...spec.template, spec: { ...spec.template.spec, hostNetwork: true } } },
  }
  assert.match(told(hostPort, [inHost], { site })[0] ?? '', /port 9100\/TCP/)
})

test('as many pods as nodes, other protocols, other addresses, and nodes that are not known are silent', () => {
  assert.deepEqual(told(hostPort, [proxy('a', 2)], { site }), [])
  const udp = workload('u', {
    container: { ports: [{ containerPort: 80, hostPort: 8080, protocol: 'UDP' }] },
    spec: { replicas: 2 },
  })
  assert.deepEqual(told(hostPort, [proxy('a', 2), udp], { site }), [])
  assert.deepEqual(told(hostPort, [proxy('a', 9)]), [])
})
