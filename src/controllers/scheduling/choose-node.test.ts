import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { chooseNode } from './choose-node.ts'
import { ClusterState } from './cluster-state.ts'

type Spec = NonNullable<Pod['spec']>

function node(
  name: string,
  more: { labels?: Record<string, string>; spec?: Node['spec']; status?: Node['status'] } = {},
): Node {
  const labels = { 'kubernetes.io/hostname': name, ...more.labels }
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels },
    ...(more.spec && { spec: more.spec }),
    ...(more.status && { status: more.status }),
  }
}

function pod(
  name: string,
  spec: Partial<Spec> = {},
  more: { labels?: Record<string, string>; owner?: string } = {},
): Pod {
  const ownerReferences = more.owner && [
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: more.owner, uid: more.owner, controller: true },
  ]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: more.labels ?? {}, ...(ownerReferences && { ownerReferences }) },
    spec: { containers: [{ name: 'c' }], ...spec },
  }
}

function cluster(nodes: readonly Node[], placed: readonly Pod[] = []): ClusterState {
  const state = new ClusterState()
  for (const item of nodes) state.setNode(item)
  for (const item of placed) state.setPod(`shop/${item.metadata.name}`, item)
  return state
}

const choose = (state: ClusterState, candidate: Pod) => {
  const choice = chooseNode(state, candidate, () => undefined)
  return choice.kind === 'node' ? choice.name : choice.message
}
const three = [node('a'), node('b'), node('c')]
const why = (reasons: string, total = 3) =>
  `0/${total} nodes are available: ${reasons}. preemption: 0/${total} nodes are available: ${total} Preemption is not helpful for scheduling.`

test('without nodes there is nothing to choose from', () => {
  assert.equal(choose(cluster([]), pod('p')), 'no nodes available to schedule pods')
})

test('every reason is counted, in upstream’s words', () => {
  const nodes = [
    node('a', { spec: { unschedulable: true } }),
    node('b', { spec: { taints: [{ key: 'gpu', value: 'only', effect: 'NoSchedule' }] } }),
    node('c'),
  ]
  assert.equal(
    choose(cluster(nodes), pod('p', { nodeSelector: { disk: 'ssd' } })),
    why(
      "1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had untolerated taint {gpu: only}, 1 node(s) were unschedulable",
    ),
  )
  const tolerant = pod('p', { tolerations: [{ key: 'gpu', operator: 'Exists' }] })
  assert.equal(choose(cluster(nodes.slice(0, 2)), tolerant), 'b')
})

test('node affinity is a choice among terms, each of which must hold whole', () => {
  const nodes = [node('a', { labels: { zone: '1' } }), node('b', { labels: { zone: '2', size: '16' } })]
  const terms = (...matchExpressions: { key: string; operator: 'In' | 'Gt' | 'DoesNotExist'; values?: string[] }[][]) =>
    pod('p', {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: matchExpressions.map(expressions => ({ matchExpressions: expressions })),
          },
        },
      },
    })
  assert.equal(choose(cluster(nodes), terms([{ key: 'size', operator: 'Gt', values: ['8'] }])), 'b')
  assert.equal(choose(cluster(nodes), terms([{ key: 'size', operator: 'DoesNotExist' }])), 'a')
  assert.equal(
    choose(
      cluster(nodes),
      terms([{ key: 'zone', operator: 'In', values: ['9'] }], [{ key: 'zone', operator: 'In', values: ['2'] }]),
    ),
    'b',
  )
  assert.equal(choose(cluster(nodes), terms([])), why("2 node(s) didn't match Pod's node affinity/selector", 2))
})

test('a host port is taken by protocol and address', () => {
  const port = (hostIP?: string, protocol?: 'UDP') => ({
    containers: [
      {
        name: 'c',
        ports: [{ containerPort: 80, hostPort: 80, ...(hostIP && { hostIP }), ...(protocol && { protocol }) }],
      },
    ],
  })
  const state = cluster([node('a')], [pod('there', { ...port('10.0.0.1'), nodeName: 'a' })])
  const taken = why("1 node(s) didn't have free ports for the requested pod ports", 1)
  assert.equal(choose(state, pod('p', port())), taken)
  assert.equal(choose(state, pod('p', port('10.0.0.1'))), taken)
  assert.equal(choose(state, pod('p', port('10.0.0.2'))), 'a')
  assert.equal(choose(state, pod('p', port(undefined, 'UDP'))), 'a')
})

test('what a node has is shared by what its pods request', () => {
  const small = node('a', { status: { allocatable: { cpu: '1', memory: '1Gi', pods: '2' } } })
  const asks = (cpu: string, memory = '1Mi') => ({
    containers: [{ name: 'c', resources: { requests: { cpu, memory } } }],
  })
  const state = cluster([small], [pod('there', { ...asks('600m', '900Mi'), nodeName: 'a' })])
  assert.equal(choose(state, pod('p', asks('400m'))), 'a')
  assert.equal(choose(state, pod('p', asks('401m'))), why('1 Insufficient cpu', 1))
  assert.equal(choose(state, pod('p', asks('100m', '200Mi'))), why('1 Insufficient memory', 1))
  state.setPod('shop/second', pod('second', { nodeName: 'a' }))
  assert.equal(choose(state, pod('p')), why('1 Too many pods', 1))
})

const apart = (labels: Record<string, string>): Partial<Spec> => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { labelSelector: { matchLabels: labels }, topologyKey: 'kubernetes.io/hostname' },
      ],
    },
  },
})

test('anti-affinity keeps pods apart, in both directions', () => {
  const web = { labels: { app: 'web' } }
  const placed = ['a', 'b'].map(name => pod(`web-${name}`, { ...apart({ app: 'web' }), nodeName: name }, web))
  assert.equal(choose(cluster(three, placed), pod('web-c', apart({ app: 'web' }), web)), 'c')
  const full = [...placed, pod('web-c', { ...apart({ app: 'web' }), nodeName: 'c' }, web)]
  assert.equal(
    choose(cluster(three, full), pod('web-d', apart({ app: 'web' }), web)),
    why("3 node(s) didn't match pod anti-affinity rules"),
  )
  assert.equal(
    choose(cluster(three, full), pod('guest', {}, web)),
    why("3 node(s) didn't satisfy existing pods anti-affinity rules"),
  )
})

test('affinity follows its peers, and the first of a group may go anywhere', () => {
  const near = (app: string): Partial<Spec> => ({
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { labelSelector: { matchLabels: { app } }, topologyKey: 'kubernetes.io/hostname' },
        ],
      },
    },
  })
  const placed = [pod('cache', { nodeName: 'b' }, { labels: { app: 'cache' } })]
  assert.equal(choose(cluster(three, placed), pod('p', near('cache'))), 'b')
  assert.equal(
    choose(cluster(three, placed), pod('p', near('absent'))),
    why("3 node(s) didn't match pod affinity rules"),
  )
  assert.equal(choose(cluster(three), pod('p', near('self'), { labels: { app: 'self' } })), 'a')
})

test('a hard spread constraint bounds the difference between zones', () => {
  const nodes = [node('a', { labels: { zone: '1' } }), node('b', { labels: { zone: '2' } }), node('c')]
  const spread = (maxSkew: number): Partial<Spec> => ({
    topologySpreadConstraints: [
      {
        maxSkew,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'web' } },
      },
    ],
  })
  const web = { labels: { app: 'web' } }
  const placed = [pod('w1', { nodeName: 'a' }, web)]
  assert.equal(choose(cluster(nodes, placed), pod('w2', spread(1), web)), 'b')
  const cordoned = [
    nodes[0] ?? node('a'),
    node('b', { labels: { zone: '2' }, spec: { unschedulable: true } }),
    nodes[2] ?? node('c'),
  ]
  assert.equal(
    choose(cluster(cordoned, placed), pod('w2', spread(1), web)),
    why(
      "1 node(s) didn't match pod topology spread constraints, 1 node(s) didn't match pod topology spread constraints (missing required label), 1 node(s) were unschedulable",
    ),
  )
})

test('siblings are spread, then the emptier node wins, then the first by name', () => {
  assert.equal(choose(cluster(three), pod('p')), 'a')
  const sibling = pod('s', { nodeName: 'a' }, { owner: 'rs' })
  const crowd = [pod('x1', { nodeName: 'b' }), pod('x2', { nodeName: 'c' }), pod('x3', { nodeName: 'c' })]
  assert.equal(choose(cluster(three, [sibling, ...crowd]), pod('p', {}, { owner: 'rs' })), 'b')
})

test('preferences decide among nodes that are otherwise alike', () => {
  const nodes = [
    node('a'),
    node('b', { labels: { disk: 'ssd' } }),
    node('c', { spec: { taints: [{ key: 'x', effect: 'PreferNoSchedule' }] } }),
  ]
  const preference = { matchExpressions: [{ key: 'disk', operator: 'In' as const, values: ['ssd'] }] }
  const wishes: Partial<Spec> = {
    affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference }] } },
  }
  assert.equal(choose(cluster(nodes), pod('p', wishes)), 'b')
  assert.equal(choose(cluster(nodes.slice(2).concat(node('d'))), pod('p')), 'd')
})

test('five hundred pods on ten nodes are placed evenly and quickly', t => {
  const state = cluster(Array.from({ length: 10 }, (_, i) => node(`n${i}`)))
  const start = performance.now()
  for (let i = 0; i < 500; i++) {
    const candidate = pod(`p${i}`, {}, { owner: `rs${i % 50}` })
    state.setPod(`shop/p${i}`, { ...candidate, spec: { containers: [], nodeName: choose(state, candidate) } })
  }
  t.diagnostic(`${(performance.now() - start).toFixed(0)} ms`)
  assert.deepEqual(
    state.nodes.map(({ pods }) => pods.size),
    Array(10).fill(50),
  )
})
