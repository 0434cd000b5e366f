import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '../../objects/kinds/service.ts'
import { dnsRecords } from './dns-records.ts'
import { cluster, type SliceFixture, service, slice } from './fixture.testing.ts'
import { resolve } from './resolve.ts'

const options = { zone: 'cluster.local', ttlSeconds: 5 }
const recordsOf = (object: Service, ...slices: SliceFixture[]) => {
  const network = resolve(
    cluster({ services: [object], namespaces: ['shop'], endpointSlices: slices.map(s => slice('shop/web', s)) }),
  )
  return dnsRecords(network, options)
    .filter(({ name }) => /web|arpa/.test(name))
    .map(({ name, type, data }) => `${name} ${type} ${data}`)
}
const ports = [
  { name: 'http', port: 80, protocol: 'TCP' as const },
  { name: 'metrics', port: 9090, protocol: 'TCP' as const },
]
const endpoints: SliceFixture = {
  ports: [
    { name: 'http', port: 8080 },
    { name: 'metrics', port: 9091 },
  ],
  endpoints: [
    { address: '10.244.0.10', hostname: 'web-0' },
    { address: '10.244.0.11' },
    { address: '10.244.0.12', ready: false, serving: true, terminating: true },
  ],
}

test('a Service with a cluster address: address, ports, endpoints and the ways back', () => {
  const records = recordsOf(service('shop/web', { spec: { clusterIP: '10.96.0.20', ports } }), endpoints)
  assert.deepEqual(records, [
    'web.shop.svc.cluster.local A 10.96.0.20',
    '_http._tcp.web.shop.svc.cluster.local SRV 0 100 80 web.shop.svc.cluster.local.',
    'web.shop.svc.cluster.local SRV 0 50 80 web.shop.svc.cluster.local.',
    '_metrics._tcp.web.shop.svc.cluster.local SRV 0 100 9090 web.shop.svc.cluster.local.',
    'web.shop.svc.cluster.local SRV 0 50 9090 web.shop.svc.cluster.local.',
    '20.0.96.10.in-addr.arpa PTR web.shop.svc.cluster.local.',
    'web-0.web.shop.svc.cluster.local A 10.244.0.10',
    '10-244-0-11.web.shop.svc.cluster.local A 10.244.0.11',
    '10.0.244.10.in-addr.arpa PTR web-0.web.shop.svc.cluster.local.',
    '11.0.244.10.in-addr.arpa PTR 10-244-0-11.web.shop.svc.cluster.local.',
  ])
})

test('a headless Service answers with its ready endpoints and their own ports', () => {
  const records = recordsOf(service('shop/web', { spec: { clusterIP: 'None', ports: ports.slice(0, 1) } }), endpoints)
  assert.deepEqual(records.slice(0, 4), [
    'web.shop.svc.cluster.local A 10.244.0.10',
    'web.shop.svc.cluster.local A 10.244.0.11',
    '_http._tcp.web.shop.svc.cluster.local SRV 0 50 8080 web-0.web.shop.svc.cluster.local.',
    'web.shop.svc.cluster.local SRV 0 50 8080 web-0.web.shop.svc.cluster.local.',
  ])
})

test('a headless Service without a ready endpoint has no name, one with an address keeps it', () => {
  const dead: SliceFixture = { ...endpoints, endpoints: [{ address: '10.244.0.10', ready: false }] }
  assert.deepEqual(recordsOf(service('shop/web', { spec: { clusterIP: 'None', ports } }), dead), [])
  assert.equal(
    recordsOf(service('shop/web', { spec: { clusterIP: '10.96.0.20', ports } }), dead)[0],
    'web.shop.svc.cluster.local A 10.96.0.20',
  )
})

test('a headless Service without ports still has addresses', () => {
  const records = recordsOf(service('shop/web', { spec: { clusterIP: 'None' } }), {
    ports: [],
    endpoints: [{ address: 'fd00::10' }],
  })
  assert.equal(records[0], 'web.shop.svc.cluster.local AAAA fd00::10')
})

test('an IPv6 endpoint is named by its address with dashes, ending in a digit', () => {
  const records = recordsOf(service('shop/web', { spec: { clusterIP: 'None', ports } }), {
    ports: [{ name: 'http', port: 80 }],
    endpoints: [{ address: 'fd00::' }],
  })
  assert.ok(records.includes('fd00--0.web.shop.svc.cluster.local AAAA fd00::'))
})

test('ExternalName is an alias and nothing else', () => {
  assert.deepEqual(
    recordsOf(service('shop/web', { spec: { type: 'ExternalName', externalName: 'DB.example.org.', ports } })),
    ['web.shop.svc.cluster.local CNAME db.example.org.'],
  )
})

test('the records of an unchanged Service are the same objects', () => {
  const network = resolve(cluster({ services: [service('shop/web', { spec: { clusterIP: '10.96.0.20', ports } })] }))
  const [first, second] = [dnsRecords(network, options), dnsRecords(network, options)]
  assert.equal(first.at(-1), second.at(-1))
})
