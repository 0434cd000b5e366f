// Whatever happens in which order, no address goes to two Services that may not share it, and none moves without need.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Address, address } from '../../net/address.ts'
import type { CiliumLoadBalancerIPPool } from '../../objects/kinds/cilium-load-balancer-ip-pool.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { service } from '../resolve/fixture.testing.ts'
import { addressRequest } from './address-request.ts'
import { allocate } from './allocate.ts'
import { rangesContain } from './pool-ranges.ts'
import { readPools, serves } from './pools.ts'
import { whyNotShared } from './sharing.ts'

const families = [4, 6] as const

const serviceShapes = fc.record({
  created: fc.integer({ min: 1, max: 3 }),
  port: fc.constantFrom(80, 443),
  policy: fc.constantFrom('Cluster', 'Local' as const),
  app: fc.constantFrom('a', 'b'),
  sharingKey: fc.constantFrom('', 'k1', 'k2'),
  across: fc.constantFrom('', '*', 'one'),
  asked: fc.subarray(['192.168.1.101', '192.168.1.102', '192.168.1.9', 'fd00:1::2'], { maxLength: 2 }),
  ipFamilies: fc.constantFrom<readonly ('IPv4' | 'IPv6')[]>(['IPv4'], ['IPv6'], ['IPv4', 'IPv6']),
  dual: fc.constantFrom('SingleStack', 'PreferDualStack', 'RequireDualStack' as const),
  label: fc.constantFrom('red', 'blue'),
  type: fc.constantFrom('LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'ClusterIP' as const),
})
const poolShapes = fc.record({
  created: fc.integer({ min: 1, max: 3 }),
  blocks: fc.subarray(['192.168.1.100/31', '192.168.1.102/32', '192.168.1.101/32', 'fd00:1::2/127', '192.168.1.9/32'], {
    minLength: 1,
  }),
  disabled: fc.boolean(),
  selector: fc.constantFrom(undefined, 'red', 'blue'),
})
type ServiceShape = typeof serviceShapes extends fc.Arbitrary<infer T> ? T : never
type PoolShape = typeof poolShapes extends fc.Arbitrary<infer T> ? T : never

const edits = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constantFrom('one/a', 'one/b', 'two/a', 'two/b', 'two/c'), fc.option(serviceShapes, { freq: 5 })).map(([key, shape]) => ({ kind: 'service' as const, key, shape })) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom('p', 'q'), fc.option(poolShapes, { freq: 6 })).map(([key, shape]) => ({ kind: 'pool' as const, key, shape })) },
  { weight: 1, arbitrary: fc.subarray(['192.168.1.100', '192.168.1.101', '192.168.1.9']).map(reserved => ({ kind: 'reserved' as const, reserved })) },
) // biome-ignore format: a table

function serviceOf(key: string, shape: ServiceShape, held: readonly string[]): Service {
  const annotations = {
    ...(shape.sharingKey === '' ? {} : { 'lbipam.cilium.io/sharing-key': shape.sharingKey }),
    ...(shape.across === '' ? {} : { 'lbipam.cilium.io/sharing-cross-namespace': shape.across }),
    ...(shape.asked.length === 0 ? {} : { 'lbipam.cilium.io/ips': shape.asked.join(',') }),
  }
  return service(key, {
    spec: {
      type: shape.type,
      clusterIP: '10.96.0.9',
      externalTrafficPolicy: shape.policy,
      selector: { app: shape.app },
      ipFamilies: shape.ipFamilies,
      ipFamilyPolicy: shape.dual,
      ports: [{ port: shape.port, protocol: 'TCP' }],
    },
    annotations,
    labels: { color: shape.label },
    created: `2026-01-0${shape.created}T00:00:00Z`,
    ingress: held,
  })
}

function poolOf(name: string, { created, blocks, disabled, selector }: PoolShape): CiliumLoadBalancerIPPool {
  return {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumLoadBalancerIPPool',
    metadata: { name, creationTimestamp: `2026-01-0${created}T00:00:00Z` },
    spec: {
      blocks: blocks.map(cidr => ({ cidr })),
      disabled,
      ...(selector === undefined ? {} : { serviceSelector: { matchLabels: { color: selector } } }),
    },
  }
}

test('random edits: nothing reserved, nothing shared against the rules, nothing moved without need', () => {
  fc.assert(
    fc.property(fc.array(edits, { minLength: 3, maxLength: 25 }), changes => {
      const shapes = new Map<string, ServiceShape>()
      const pools = new Map<string, PoolShape>()
      let reserved = new Map<Address, string>()
      let held = new Map<string, readonly Address[]>()
      for (const change of changes) {
        if (change.kind === 'reserved') reserved = new Map(change.reserved.map(text => [address(text), 'node n']))
        else if (change.kind === 'pool') {
          if (change.shape === null) pools.delete(change.key)
          else pools.set(change.key, change.shape)
        } else if (change.shape === null) shapes.delete(change.key)
        else shapes.set(change.key, change.shape)

        const poolObjects = [...pools].map(([name, shape]) => poolOf(name, shape))
        const services = () => [...shapes].map(([key, shape]) => serviceOf(key, shape, held.get(key) ?? []))
        const before = held
        const question = { pools: poolObjects, reserved, families }
        const { services: granted } = allocate({ ...question, services: services() })
        const requests = new Map(
          services().map(found => {
            const request = addressRequest(found, families)
            return [request.key, request]
          }),
        )
        // The controller writes what was granted; while there is no pool it leaves everything as it is.
        if (pools.size > 0) held = new Map([...granted].map(([key, { addresses }]) => [key, addresses]))

        const read = readPools(poolObjects)
        const holders = new Map<Address, string[]>()
        for (const [key, { addresses }] of granted) {
          const request = requests.get(key)
          assert.ok(request)
          for (const own of addresses) {
            assert.ok(!reserved.has(own), `${key} got ${own}, which is reserved`)
            assert.ok(
              read.some(pool => serves(pool, request) && rangesContain(pool.ranges, own)),
              `${key} got ${own}, which no pool for it holds`,
            )
            for (const other of holders.get(own) ?? []) {
              const rival = requests.get(other)
              assert.ok(rival)
              assert.equal(whyNotShared(request, rival), undefined, `${key} and ${other} share ${own}`)
              assert.equal(whyNotShared(rival, request), undefined, `${other} and ${key} share ${own}`)
            }
            holders.set(own, [...(holders.get(own) ?? []), key])
          }
          assert.equal(new Set(addresses).size, addresses.length)
        }
        // A restart of the controller asks again with what the status says now.
        const again = allocate({ ...question, services: services() }).services
        assert.deepEqual(
          [...again].map(([key, { addresses, reason }]) => [key, addresses, reason]),
          [...granted].map(([key, { addresses, reason }]) => [key, addresses, reason]),
        )
        // A change of another Service takes nothing from one that has its address alone.
        if (change.kind !== 'service' || pools.size === 0) continue
        for (const [key, addresses] of before) {
          if (key === change.key || !granted.has(key)) continue
          for (const own of addresses) {
            const isAlone = [...before].every(([other, theirs]) => other === key || !theirs.includes(own))
            if (isAlone) assert.ok(granted.get(key)?.addresses.includes(own), `${key} lost ${own}`)
          }
        }
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 300) },
  )
})
