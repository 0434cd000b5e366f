import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeSite } from './decode-site.ts'
import { leaveOutContradictions } from './leave-out.ts'

const spec = {
  domain: 'small.example',
  nodes: [
    { name: 'one', address: '192.168.1.11' },
    { name: 'two', address: '192.168.1.12' },
    { name: 'three', address: '192.168.1.13' },
  ],
  lan: { cidr: '192.168.1.0/24', gateway: '192.168.1.1', hosts: [{ name: 'laptop', address: '192.168.1.50' }] },
  pods: { cidr: '10.244.0.0/16' },
  services: { cidr: '10.96.0.0/12' },
  ingress: [{ class: 'web' }, { class: 'office' }],
}

function left(change: object) {
  const file = {
    apiVersion: 'fairway.dev/v1',
    kind: 'Site',
    metadata: { name: 'small' },
    spec: { ...spec, ...change },
  }
  const { site, diagnostics } = decodeSite(file, () => ({ file: 'site.yaml', line: 1, column: 1 }))
  assert.ok(site)
  return { site, errors: diagnostics.map(({ code }) => code), left: leaveOutContradictions(site) }
}

test('a site without contradictions stays as it is', () => {
  const { site, left: same, errors } = left({})
  assert.deepEqual(errors, [])
  assert.deepEqual(same, site)
})

test('a node outside the LAN is left out, the others keep their slices of pod addresses', () => {
  const { site, left: rest } = left({ nodes: spec.nodes.with(1, { name: 'two', address: '10.9.9.9' }) })
  assert.deepEqual(rest?.nodes, [site.nodes[0], site.nodes[2]])
})

test('whoever takes a name or an address that another has is left out, be it node, host or class', () => {
  const twice = { name: 'one', address: '192.168.1.50' }
  const { left: rest } = left({
    nodes: [...spec.nodes, twice],
    ingress: [...spec.ingress, { class: 'web', deployment: 'other' }],
  })
  assert.deepEqual(
    rest?.nodes.map(({ name }) => name),
    ['one', 'two', 'three'],
  )
  assert.deepEqual(
    rest?.ingress.map(({ className }) => className),
    ['web', 'office'],
  )
  // The laptop's address was taken only by a node that is not there.
  assert.deepEqual(
    rest?.lan.hosts.map(({ name }) => name),
    ['laptop'],
  )
})

test('a node for which the pod range has no slice, or one out of the LAN, is left out', () => {
  const narrow = left({ pods: { cidr: '10.244.0.0/23' } })
  assert.deepEqual(
    narrow.left?.nodes.map(({ name }) => name),
    ['one', 'two'],
  )
  const overlapping = left({ pods: { cidr: '192.168.0.0/16' } })
  assert.deepEqual(overlapping.errors, ['FW202'])
  assert.deepEqual(
    overlapping.left?.nodes.map(({ name }) => name),
    ['one', 'three'],
  )
})

test('DNS outside the Service range gets its usual address', () => {
  assert.deepEqual(left({ dns: { address: '192.168.1.9' } }).left?.dns.addresses, ['10.96.0.10'])
})

test('without a gateway on the LAN, without a node, or with the internet on the LAN nothing can be built', () => {
  assert.equal(left({ lan: { ...spec.lan, gateway: '10.0.0.1' } }).left, undefined)
  assert.equal(left({ nodes: [{ name: 'one', address: '10.9.9.9' }] }).left, undefined)
  assert.equal(left({ internet: { cidr: '192.168.0.0/16' } }).left, undefined)
})
