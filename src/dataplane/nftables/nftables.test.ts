import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { address } from '../../net/address.ts'
import type { Network } from '../../network/model.ts'
import { cluster, node, pod, service, slice } from '../../network/resolve/fixture.testing.ts'
import { resolve } from '../../network/resolve/resolve.ts'
import { compileNode } from './compile.ts'
import { change, loadAll } from './diff.ts'
import type { Backend, NodePlan } from './plan.ts'
import { keepSlots } from './slots.ts'
import { stalenessTest } from './stale-udp.ts'

const nodes = [
  node('k8s-1', { addresses: ['192.168.1.98'], podCidrs: ['10.244.0.0/24'] }),
  node('k8s-2', { addresses: ['192.168.1.99', 'fd00:1::99'], podCidrs: ['10.244.1.0/24', 'fd00:244::/64'] }),
]
const http = [{ name: 'http', port: 8080 }]
const web = service('shop/web', {
  spec: {
    type: 'LoadBalancer',
    clusterIP: '10.96.0.20',
    ports: [{ name: 'http', port: 80, nodePort: 30_080, protocol: 'TCP' }],
  },
  ingress: ['192.168.1.101'],
})
const endpoints = (...last: number[]) =>
  slice('shop/web', {
    ports: http,
    endpoints: last.map(n => ({ address: `10.244.${n % 2}.${n}`, node: `k8s-${(n % 2) + 1}` })),
  })

function planOf(network: Network, name = 'k8s-2', previous?: NodePlan): NodePlan {
  const plan = compileNode(network, name, previous)
  assert.ok(plan)
  return plan
}

/** `UPDATE=1` writes what comes out; the reviewer reads the difference. */
function assertGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, 'golden', name)
  if (process.env.UPDATE === '1') {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  assert.equal(text, readFileSync(file, 'utf8'))
}

test('the whole ruleset of a node, with every kind of Service', () => {
  const services = [
    web,
    service('shop/local', {
      spec: {
        type: 'LoadBalancer',
        clusterIP: '10.96.0.21',
        externalTrafficPolicy: 'Local',
        internalTrafficPolicy: 'Local',
        loadBalancerSourceRanges: ['10.0.0.0/8', '10.1.0.0/16'],
        ports: [{ port: 53, protocol: 'UDP' }],
      },
      ingress: ['192.168.1.102'],
    }),
    service('shop/sticky', {
      spec: { clusterIP: '10.96.0.22', sessionAffinity: 'ClientIP', ports: [{ port: 443, protocol: 'TCP' }] },
    }),
    service('shop/empty', { spec: { clusterIP: '10.96.0.23', ports: [{ port: 80, protocol: 'TCP' }] } }),
    service('shop/six', { spec: { clusterIP: 'fd00:96::1', ports: [{ port: 80, protocol: 'TCP' }] } }),
  ]
  const unnamed = (protocol: 'TCP' | 'UDP') => [{ name: '', port: 9000, protocol }]
  const network = resolve(
    cluster({
      nodes,
      services,
      pods: [pod('shop/a', { node: 'k8s-2', addresses: ['10.244.1.3'] })],
      endpointSlices: [
        endpoints(2, 3),
        slice('shop/local', {
          ports: unnamed('UDP'),
          endpoints: [
            { address: '10.244.0.2', node: 'k8s-1' },
            { address: '10.244.1.3', node: 'k8s-2' },
          ],
        }),
        slice('shop/sticky', {
          ports: unnamed('TCP'),
          endpoints: [{ address: '10.244.0.2' }, { address: '10.244.1.3' }],
        }),
        slice('shop/six', { ports: unnamed('TCP'), endpoints: [{ address: 'fd00:244::3' }] }),
      ],
    }),
  )
  assertGolden('every-kind.nft', loadAll(planOf(network)).commands)
})

test('one changed endpoint is a few elements, nothing else', () => {
  const before = resolve(cluster({ nodes, services: [web], endpointSlices: [endpoints(2, 3, 4)] }))
  const loaded = loadAll(planOf(before)).after
  const after = resolve(cluster({ nodes, services: [web], endpointSlices: [endpoints(3, 4)] }), before)
  const transaction = change(loaded, planOf(after, 'k8s-2', loaded.plan))
  // Three backends of three frontends become two: the last moves into the hole, and the count of each frontend changes.
  assertGolden('endpoint-removed.nft', transaction.commands)
})

test('nothing changed is nothing to do; a chain is made when it is first needed and then stays', () => {
  const of = (...last: number[]) => resolve(cluster({ nodes, services: [web], endpointSlices: [endpoints(...last)] }))
  const twenty = Array.from({ length: 20 }, (_, i) => i + 1)
  const loaded = loadAll(planOf(of(1, 2))).after
  assert.equal(change(loaded, planOf(of(1, 2))).commands, '')
  const grown = change(loaded, planOf(of(...twenty)))
  assert.match(grown.commands, /^add chain inet fairway-services pick-20-v4\n/)
  const shrunk = change(grown.after, planOf(of(1, 2)))
  assert.doesNotMatch(shrunk.commands, /chain/)
  assert.doesNotMatch(change(shrunk.after, planOf(of(...twenty))).commands, /add chain/)
})

test('a place passes from one Service to another within one transaction', () => {
  const claim = (key: string) =>
    service(key, { spec: { clusterIP: 'None', externalIPs: ['192.168.1.7'], ports: [{ name: 'http', port: 80 }] } })
  const of = (key: string) =>
    planOf(
      resolve(
        cluster({
          nodes,
          services: [claim(key)],
          endpointSlices: [slice(key, { ports: http, endpoints: [{ address: '10.244.0.2' }] })],
        }),
      ),
    )
  const { commands } = change(loadAll(of('a/one')).after, of('b/two'))
  const [deleted, added] = [commands.indexOf('delete element'), commands.indexOf('add element')]
  assert.ok(deleted >= 0 && deleted < added, commands)
})

const backend = (n: number): Backend => ({ address: address(`10.0.0.${n}`), port: 80 })

test('whoever stays keeps its number, as far as the number still exists', () => {
  const before = [1, 2, 3, 4].map(backend)
  assert.deepEqual(keepSlots(before, [2, 3, 4].map(backend)), [4, 2, 3].map(backend))
  assert.deepEqual(keepSlots(before, [1, 2, 3, 4, 5].map(backend)), [1, 2, 3, 4, 5].map(backend))
  assert.deepEqual(keepSlots(before, []), [])
  assert.deepEqual(keepSlots([], [2, 1].map(backend)), [2, 1].map(backend))
})

test('slots hold exactly the backends, and a single loss moves one at most', () => {
  const list = fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { maxLength: 40 })
  fc.assert(
    fc.property(list, list, (before, after) => {
      const kept = keepSlots(before.map(backend), after.map(backend))
      assert.deepEqual(new Set(kept.map(({ address }) => address)), new Set(after.map(n => backend(n).address)))
      assert.equal(kept.length, after.length)
    }),
  )
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 40 }),
      fc.nat(),
      (before, index) => {
        const old = before.map(backend)
        const next = keepSlots(
          old,
          old.filter((_, i) => i !== index % old.length),
        )
        assert.ok(next.filter((item, slot) => item !== old[slot]).length <= 1)
      },
    ),
  )
})

test('step by step leads to the same kernel as all at once', () => {
  const step = fc.record({
    last: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 24 }),
    local: fc.boolean(),
    sticky: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), steps => {
      let loaded = loadAll(planOf(resolve(cluster({ nodes }))))
      const kernel = new Map<string, string>()
      execute(kernel, loaded.commands)
      for (const { last, local, sticky } of steps) {
        const changed = {
          ...web,
          spec: {
            ...web.spec,
            externalTrafficPolicy: local ? ('Local' as const) : ('Cluster' as const),
            ...(sticky ? { sessionAffinity: 'ClientIP' as const } : {}),
          },
        }
        const network = resolve(cluster({ nodes, services: [changed], endpointSlices: [endpoints(...last)] }))
        loaded = change(loaded.after, planOf(network, 'k8s-2', loaded.after.plan))
        execute(kernel, loaded.commands)
        const fresh = new Map<string, string>()
        execute(fresh, loadAll(loaded.after.plan).commands)
        assert.deepEqual(new Map([...kernel].sort()), new Map([...fresh].sort()))
      }
    }),
    { numRuns: 40 },
  )
})

/** What the kernel's sets hold after the commands; it refuses what the kernel refuses. */
function execute(kernel: Map<string, string>, commands: string): void {
  for (const [, verb, set, body = ''] of commands.matchAll(/^(add|delete) element \S+ \S+ (\S+) \{ (.*) \}$/gm)) {
    for (const item of body.split(', ')) {
      const [key = '', value = ''] = item.split(' : ')
      const id = `${set} ${key}`
      if (verb === 'add') {
        assert.ok(!kernel.has(id), `${id} is there already`)
        kernel.set(id, value)
      } else assert.ok(kernel.delete(id), `${id} is not there`)
    }
  }
  for (const [, set, body = ''] of commands.matchAll(/^flush set \S+ \S+ (\S+)(.*)$/gm)) {
    assert.equal(body, '')
    for (const id of kernel.keys()) if (id.startsWith(`${set} `)) kernel.delete(id)
  }
}

test('nothing that a user names reaches nft', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'a\nflush ruleset',
      '{ }; drop',
      '"; include "/etc/shadow"',
      '$(reboot)',
      '../../x',
      '10.0.0.1, 0.0.0.0/0',
    ),
  )
  const clean = loadAll(
    planOf(resolve(cluster({ nodes, services: [web], endpointSlices: [endpoints(2, 3)] }))),
  ).commands
  fc.assert(
    fc.property(hostile, hostile, hostile, (name, portName, text) => {
      const key = { namespace: 'shop', name }
      const evil = {
        ...web,
        metadata: { ...web.metadata, ...key, labels: { [text]: text } },
        spec: {
          ...web.spec,
          externalIPs: [text],
          loadBalancerIP: text,
          ports: [{ name: portName, port: 80, nodePort: 30_080, protocol: 'TCP' as const, targetPort: text }],
        },
      }
      const base = endpoints(2, 3)
      const evilSlice = {
        ...base,
        metadata: { ...base.metadata, ...key, labels: { 'kubernetes.io/service-name': name } },
        ports: [{ name: portName, port: 8080, protocol: 'TCP' as const }],
        endpoints: [...base.endpoints, { addresses: [text], nodeName: text, hostname: text }],
      }
      // A text that happens to be an address is an address; everything else must leave no trace.
      fc.pre(!/^[0-9a-f.:/\s]*$/i.test(text))
      const network = resolve(cluster({ nodes, services: [evil], endpointSlices: [evilSlice] }))
      assert.equal(loadAll(planOf(network)).commands, clean)
    }),
  )
})

test('a number or name that nft must not see is a bug that throws', () => {
  const broken = service('a/b', { spec: { clusterIP: '10.96.0.1', ports: [{ port: 70_000, protocol: 'TCP' }] } })
  assert.throws(() => loadAll(planOf(resolve(cluster({ nodes, services: [broken] })))), /not a number for nft: 70000/)
})

test('UDP conversations are stale when their backend left, when the Service came or went, and not otherwise', () => {
  const dns = (...last: number[]) =>
    planOf(
      resolve(
        cluster({
          nodes,
          services: [
            service('a/dns', {
              spec: { clusterIP: '10.96.0.53', ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] },
            }),
            web,
          ],
          endpointSlices: [
            slice('a/dns', {
              ports: [{ name: 'dns', port: 5353, protocol: 'UDP' }],
              endpoints: last.map(n => ({ address: `10.244.0.${n}` })),
            }),
          ],
        }),
      ),
    )
  const none = planOf(resolve(cluster({ nodes })))
  const to = (n: number, port = 5353) => ({
    to: address('10.96.0.53'),
    toPort: 53,
    answeredBy: address(`10.244.0.${n}`),
    answeredFrom: port,
  })
  const removed = stalenessTest(dns(1, 2), dns(2))
  assert.equal(removed?.(to(1)), true)
  assert.equal(removed?.(to(2)), false)
  assert.equal(removed?.({ ...to(1), toPort: 54 }), false)
  assert.equal(stalenessTest(dns(2), dns(2)), undefined)
  assert.equal(stalenessTest(none, dns(1))?.(to(9)), true)
  assert.equal(stalenessTest(dns(1), none)?.(to(1)), true)
  assert.equal(stalenessTest(undefined, dns(1))?.(to(1)), false)
})
