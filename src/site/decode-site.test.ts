import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCidr } from '../net/cidr.ts'
import { decodeSite } from './decode-site.ts'

const small = {
  apiVersion: 'fairway.dev/v1',
  kind: 'Site',
  metadata: { name: 'small' },
  spec: {
    domain: 'small.example',
    nodes: [{ name: 'one', address: '192.168.1.98' }],
    lan: { cidr: '192.168.1.0/24', gateway: '192.168.1.1' },
    pods: { cidr: '10.244.0.0/16' },
    services: { cidr: '10.96.0.0/12' },
  },
}
const locate = (path: readonly (string | number)[]) => ({ file: path.join('.'), line: 1, column: 1 })
const decode = (spec: object) => decodeSite({ ...small, spec: { ...small.spec, ...spec } }, locate)
const findings = (spec: object) =>
  decode(spec).diagnostics.map(found => `${found.code} ${found.position?.file} ${found.message}`)

test('the smallest site gets a control plane, a laptop, DNS at the tenth Service address and a slice of pod addresses', () => {
  const { site, diagnostics } = decodeSite(small, locate)
  assert.deepEqual(diagnostics, [])
  assert.deepEqual(site?.nodes[0]?.roles, ['control-plane'])
  assert.deepEqual(site?.nodes[0]?.podCidrs.map(formatCidr), ['10.244.0.0/24'])
  assert.deepEqual(site?.lan.hosts, [{ name: 'laptop', addresses: ['192.168.1.50'] }])
  assert.deepEqual(site?.dns.addresses, ['10.96.0.10'])
})

test('an ingress class without a controller is served by NGINX, one with a controller is not', () => {
  const { site } = decode({
    ingress: [{ class: 'internal' }, { class: 'tailscale', controller: 'tailscale.com/ts-ingress' }],
  })
  assert.deepEqual(site?.ingress, [
    {
      className: 'internal',
      controller: 'k8s.io/internal',
      isDefault: false,
      proxy: 'nginx',
      deployment: 'ingress-nginx-internal-controller',
      replicas: 2,
    },
    { className: 'tailscale', controller: 'tailscale.com/ts-ingress', isDefault: false, proxy: 'none' },
  ])
})

test('every problem is reported with its place, not just the first', () => {
  assert.deepEqual(findings({ nodes: [{ name: 'one', address: '192.168.1' }], pods: { cidr: '10.244.0.0' } }), [
    'FW201 spec.pods.cidr spec.pods.cidr is not a range of addresses: "10.244.0.0"',
    'FW201 spec.nodes.0.address spec.nodes.0.address is not an IP address: "192.168.1"',
  ])
})

test('an unknown field is refused', () => {
  const [found] = decode({ podds: {} }).diagnostics
  assert.equal(found?.code, 'FW110')
  assert.match(found?.message ?? '', /podds/)
})

test('ranges that overlap, machines outside the LAN and names used twice cannot be', () => {
  assert.deepEqual(findings({ services: { cidr: '10.244.128.0/17' } }), [
    'FW202 spec.services.cidr the Service range 10.244.128.0/17 overlaps the pod range 10.244.0.0/16',
  ])
  assert.deepEqual(findings({ nodes: [{ name: 'one', address: '192.168.2.98' }] }), [
    'FW203 spec.nodes.0.address node one has the address 192.168.2.98, which is outside the LAN 192.168.1.0/24',
  ])
  assert.deepEqual(
    findings({
      nodes: [
        { name: 'one', address: '192.168.1.98' },
        { name: 'one', address: '192.168.1.98' },
      ],
    }),
    [
      'FW204 spec.nodes.1.name name one is used twice: by node 1 and by node 2',
      'FW204 spec.nodes.1.address address 192.168.1.98 is used twice: by node one and by node one',
    ],
  )
  assert.match(
    findings({ nodes: [{ name: 'router', address: '192.168.1.98' }] })[0] ?? '',
    /FW204 .* the router itself/,
  )
})

test('a pod range that is too small for the nodes is said to be', () => {
  const nodes = Array.from({ length: 3 }, (_, index) => ({ name: `n${index}`, address: `192.168.1.${10 + index}` }))
  assert.match(
    findings({ nodes, pods: { cidr: '10.244.0.0/23' } })[0] ?? '',
    /FW205 .* nothing of it is left for node n2/,
  )
  assert.deepEqual(findings({ nodes, pods: { cidr: '10.244.0.0/23', nodePrefix: 26 } }), [])
})

test('host bits are masked, with a warning', () => {
  const { site, diagnostics } = decode({ pods: { cidr: '10.244.3.7/16' } })
  assert.deepEqual(site?.podCidrs.map(formatCidr), ['10.244.0.0/16'])
  assert.equal(diagnostics[0]?.severity, 'warning')
})
