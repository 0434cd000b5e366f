// Do differences lead to the same kernel state as a load of the whole, whatever changes in which order?
// Run with: scripts/in-sandbox node --test test/services/random-edits.test.ts
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { type Applier, createApplier } from '../../src/dataplane/nftables/apply.ts'
import { compileNode } from '../../src/dataplane/nftables/compile.ts'
import { tableName } from '../../src/dataplane/nftables/serialize.ts'
import type { Network } from '../../src/network/model.ts'
import { cluster, node, pod, service, slice } from '../../src/network/resolve/fixture.testing.ts'
import { resolve } from '../../src/network/resolve/resolve.ts'
import type { EndpointSlice } from '../../src/objects/kinds/endpoint-slice.ts'
import type { Service } from '../../src/objects/kinds/service.ts'
import type { NetNamespace } from '../../src/sys/namespace.ts'
import { createNamespace } from '../../src/sys/netns.ts'

const own = 'k8s-1'
let edited: NetNamespace
let fresh: NetNamespace
before(() => {
  edited = createNamespace('edited')
  fresh = createNamespace('fresh')
})
after(async () => {
  await edited[Symbol.asyncDispose]()
  await fresh[Symbol.asyncDispose]()
})

/** What one Service is like; few values of everything, so that Services get into each other's way. */
const shapes = fc.record({
  type: fc.constantFrom('ClusterIP', 'NodePort', 'LoadBalancer' as const),
  created: fc.integer({ min: 1, max: 3 }),
  families: fc.constantFrom<readonly (4 | 6)[]>([4], [6], [4, 6]),
  ports: fc.uniqueArray(
    fc.record({
      port: fc.constantFrom(80, 443, 30_080),
      protocol: fc.constantFrom('TCP', 'UDP', 'SCTP' as const),
      nodePort: fc.constantFrom(30_080, 30_081, 30_082),
    }),
    { minLength: 1, maxLength: 3, selector: ({ port, protocol }) => `${port} ${protocol}` },
  ),
  sticky: fc.option(fc.constantFrom(1, 10_800)),
  external: fc.constantFrom('Cluster', 'Local' as const),
  internal: fc.constantFrom('Cluster', 'Local' as const),
  ranges: fc.constantFrom<readonly string[]>([], ['10.0.0.0/8'], ['10.0.0.0/8', '10.1.0.0/16', 'fd00::/8'], ['broken']),
  externalIPs: fc.subarray(['192.168.1.98', '192.168.1.7', 'fd00:1::98', '192.168.1.101']),
  balancers: fc.subarray(['192.168.1.101', '192.168.1.102', 'fd00:1::101']),
  endpoints: fc.uniqueArray(
    fc.record({
      number: fc.integer({ min: 2, max: 20 }),
      state: fc.constantFrom('ready', 'not ready', 'terminating' as const),
    }),
    { maxLength: 6, selector: ({ number }) => number },
  ),
})
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never

const edits = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), slot: fc.nat(5), shape: shapes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), slot: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pods' as const), count: fc.nat(4) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('nodes' as const), dualStack: fc.boolean(), podCidr: fc.nat(2) }),
  },
)
type Edit = typeof edits extends fc.Arbitrary<infer T> ? T : never

interface State {
  readonly shapes: ReadonlyMap<number, Shape>
  readonly pods: number
  readonly dualStack: boolean
  readonly podCidr: number
}

function edit(state: State, change: Edit): State {
  switch (change.kind) {
    case 'put':
      return { ...state, shapes: new Map([...state.shapes, [change.slot, change.shape]]) }
    case 'remove':
      return { ...state, shapes: new Map([...state.shapes].filter(([slot]) => slot !== change.slot)) }
    case 'pods':
      return { ...state, pods: change.count }
    case 'nodes':
      return { ...state, dualStack: change.dualStack, podCidr: change.podCidr }
  }
}

function objectsOf(
  slot: number,
  shape: Shape,
): { readonly service: Service; readonly slices: readonly EndpointSlice[] } {
  const key = `shop/s${slot}`
  const clusterIPs = shape.families.map(family => (family === 4 ? `10.96.0.${slot + 10}` : `fd00:96::${slot + 10}`))
  const ports = shape.ports.map(({ nodePort, ...port }, index) => ({
    name: `p${index}`,
    ...port,
    ...(shape.type === 'ClusterIP' ? {} : { nodePort }),
  }))
  const made = service(key, {
    created: `2026-01-0${shape.created}T00:00:00Z`,
    spec: {
      type: shape.type,
      clusterIP: clusterIPs[0] ?? '',
      clusterIPs,
      ipFamilies: shape.families.map(family => `IPv${family}` as const),
      externalTrafficPolicy: shape.external,
      internalTrafficPolicy: shape.internal,
      externalIPs: shape.externalIPs,
      loadBalancerSourceRanges: shape.ranges,
      ports,
      ...(shape.sticky === null
        ? {}
        : { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: shape.sticky } } }),
    },
    ingress: shape.balancers,
  })
  const slices = shape.families.map(family =>
    slice(key, {
      ports: ports.map(({ name, protocol }, index) => ({ name, protocol, port: 8080 + index })),
      endpoints: shape.endpoints.map(({ number, state }) => ({
        address: family === 4 ? `10.244.${number % 2}.${number}` : `fd00:244:${number % 2}::${number}`,
        node: `k8s-${(number % 2) + 1}`,
        ready: state === 'ready',
        serving: state !== 'not ready',
        terminating: state === 'terminating',
      })),
    }),
  )
  return { service: made, slices }
}

function networkOf(state: State, previous: Network | undefined): Network {
  const made = [...state.shapes].map(([slot, shape]) => objectsOf(slot, shape))
  return resolve(
    cluster({
      nodes: [
        node(own, {
          addresses: state.dualStack ? ['192.168.1.98', 'fd00:1::98'] : ['192.168.1.98'],
          podCidrs: [`10.244.${state.podCidr}.0/24`, 'fd00:244::/64'],
        }),
        node('k8s-2', { addresses: ['192.168.1.99'], podCidrs: ['10.244.9.0/24'] }),
      ],
      pods: Array.from({ length: state.pods }, (_, index) =>
        pod(`shop/p${index}`, { node: own, addresses: [`10.244.0.${index + 2}`, `fd00:244::${index + 2}`] }),
      ),
      services: made.map(({ service }) => service),
      endpointSlices: made.flatMap(({ slices }) => slices),
      podCidrs: ['10.244.0.0/16', 'fd00:244::/56'],
      serviceCidrs: ['10.96.0.0/12', 'fd00:96::/108'],
      lanCidrs: ['192.168.1.0/24', 'fd00:1::/64'],
    }),
    previous,
  )
}

interface Listed {
  readonly sets: ReadonlyMap<string, readonly string[]>
  readonly chains: ReadonlyMap<string, readonly string[]>
}

/** Elements of sets and rules of chains as text; what the kernel itself adds, such as handles, is left out. */
async function list(namespace: NetNamespace): Promise<Listed> {
  const { stdout, stderr, exitCode } = await namespace.run('nft', ['-j', 'list', 'table', 'inet', tableName])
  assert.equal(exitCode, 0, stderr)
  const { nftables } = JSON.parse(stdout) as { nftables: readonly Record<string, Record<string, unknown>>[] }
  const sets = new Map<string, readonly string[]>()
  const chains = new Map<string, string[]>()
  for (const item of nftables) {
    const set = item.set ?? item.map
    if (set !== undefined) {
      const elements = Array.isArray(set.elem) ? set.elem : []
      sets.set(String(set.name), elements.map(element => JSON.stringify(element)).sort())
    }
    if (item.chain !== undefined) chains.set(String(item.chain.name), [])
    if (item.rule !== undefined) chains.get(String(item.rule.chain))?.push(JSON.stringify(item.rule.expr))
  }
  return { sets, chains }
}

test('any sequence of edits leaves in the kernel what a load of the whole does', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 3, maxLength: 12 }), async changes => {
      const failures: string[] = []
      const start = (namespace: NetNamespace): Applier =>
        createApplier({ node: own, namespace, gatherMs: 0, onFailure: why => failures.push(why) })
      await using applier = start(edited)
      let state: State = { shapes: new Map(), pods: 0, dualStack: false, podCidr: 0 }
      let network: Network | undefined
      for (const change of changes) {
        state = edit(state, change)
        network = networkOf(state, network)
        const plan = compileNode(network, own, applier.current)
        assert.ok(plan)
        applier.want(plan)
        await applier.settled()
        assert.deepEqual(failures, [])
      }
      assert.ok(network)
      const whole = compileNode(network, own, applier.current)
      assert.ok(whole)
      await using reference = start(fresh)
      reference.want(whole)
      await reference.settled()
      assert.deepEqual(failures, [])
      const [is, wanted] = [await list(edited), await list(fresh)]
      assert.deepEqual(is.sets, wanted.sets)
      // Chains stay once they are made; those that are needed must be there, with the same rules.
      for (const [name, rules] of wanted.chains) assert.deepEqual(is.chains.get(name), rules, name)
    }),
    { numRuns: Number(process.env.RUNS ?? 25) },
  )
})

test('a plan that cannot be written is told and tried again; the rules stay, and the next plan goes in', async () => {
  const failures: string[] = []
  await using applier = createApplier({ node: own, namespace: edited, onFailure: why => failures.push(why) })
  const state = (slot: number): State => ({
    shapes: new Map([[slot, { ...fc.sample(shapes, { seed: 1, numRuns: 1 })[0], type: 'ClusterIP' } as Shape]]),
    pods: 0,
    dualStack: false,
    podCidr: 0,
  })
  const planOf = (slot: number) => {
    const plan = compileNode(networkOf(state(slot), undefined), own)
    assert.ok(plan)
    return plan
  }
  const [first, second] = [planOf(1), planOf(2)]
  applier.want(first)
  await applier.settled()
  const before = await list(edited)
  const broken = {
    ...second,
    services: second.services.map(found => ({
      ...found,
      frontends: found.frontends.map(frontend => ({ ...frontend, port: 0 })),
    })),
  }
  applier.want(broken)
  while (failures.length < 2) await new Promise(resolve => setTimeout(resolve, 5))
  assert.match(failures[0] ?? '', /not a number for nft: 0/)
  assert.deepEqual(await list(edited), before)
  applier.want(second)
  await applier.settled()
  assert.notDeepEqual((await list(edited)).sets, before.sets)
})
