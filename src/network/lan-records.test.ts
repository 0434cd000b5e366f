import assert from 'node:assert/strict'
import { test } from 'node:test'
import { address } from '../net/address.ts'
import type { Ingress } from '../objects/kinds/ingress.ts'
import type { Service } from '../objects/kinds/service.ts'
import { lanRecords } from './lan-records.ts'

const ingress = (host: string, ip?: string): Ingress => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'x', namespace: 'default' },
  spec: { rules: [{ host }] },
  status: { loadBalancer: { ingress: ip === undefined ? [] : [{ ip }] } },
})
const names = { domain: 'anton.example', machines: [], ingresses: [] as Ingress[], services: [] as Service[] }
const lines = (input: typeof names) => lanRecords(input).map(record => `${record.name} ${record.type} ${record.data}`)

test('an ingress host answers the address in the status, in lower case', () => {
  assert.deepEqual(lines({ ...names, ingresses: [ingress('Echo.Anton.example', '192.168.1.101')] }), [
    'echo.anton.example A 192.168.1.101',
  ])
})

test('an ingress without an address has no name yet', () => {
  assert.deepEqual(lines({ ...names, ingresses: [ingress('echo.anton.example')] }), [])
})

test('a host in two ingresses answers each address once', () => {
  const ingresses = [
    ingress('a.example', '192.0.2.1'),
    ingress('a.example', '192.0.2.1'),
    ingress('a.example', '2001:db8::1'),
  ]
  assert.deepEqual(lines({ ...names, ingresses }), ['a.example A 192.0.2.1', 'a.example AAAA 2001:db8::1'])
})

test('a LoadBalancer Service answers under its own name and the names of its annotation', () => {
  const service: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'game',
      namespace: 'fun',
      annotations: { 'external-dns.alpha.kubernetes.io/hostname': 'play.anton.example, mc.anton.example.' },
    },
    spec: { type: 'LoadBalancer' },
    status: { loadBalancer: { ingress: [{ ip: '192.168.1.102' }] } },
  }
  assert.deepEqual(lines({ ...names, services: [service] }), [
    'game.fun.anton.example A 192.168.1.102',
    'mc.anton.example A 192.168.1.102',
    'play.anton.example A 192.168.1.102',
  ])
})

test('a machine has a name and a reverse name', () => {
  const machines = [{ name: 'k8s-1', addresses: [address('192.168.1.98')] }]
  assert.deepEqual(
    lanRecords({ ...names, machines }).map(record => `${record.name} ${record.type} ${record.data}`),
    ['k8s-1.anton.example A 192.168.1.98', '98.1.168.192.in-addr.arpa PTR k8s-1.anton.example.'],
  )
})
