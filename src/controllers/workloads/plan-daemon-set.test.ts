import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DaemonSet } from '../../objects/kinds/daemon-set.ts'
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { claimOnNode, nodeOfDaemonPod, planDaemonSet, podForNode, reportDaemonSet } from './plan-daemon-set.ts'

type Rolling = NonNullable<NonNullable<NonNullable<DaemonSet['spec']>['updateStrategy']>['rollingUpdate']>

function daemon(rollingUpdate: Rolling = {}, nodeSelector: Record<string, string> = {}): DaemonSet {
  const template = { spec: { containers: [], nodeSelector } }
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent' },
    spec: { selector: {}, template, updateStrategy: { type: 'RollingUpdate', rollingUpdate } },
  }
}

function node(
  name: string,
  taints: NonNullable<Node['spec']>['taints'] = [],
  labels: Record<string, string> = {},
): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec: { taints: taints ?? [] } }
}

function pod(name: string, where: string, { hash = 'new', ready = true, failed = false, created = 0 } = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { 'controller-revision-hash': hash },
      creationTimestamp: `2026-01-01T00:00:0${created}Z`,
    },
    spec: { containers: [], nodeName: where },
    status: { phase: failed ? 'Failed' : 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
  }
}

const nodes = [node('a'), node('b'), node('c')]
function steps(owner: DaemonSet, pods: readonly Pod[], present: readonly Node[] = nodes): string {
  const { create, remove } = planDaemonSet(owner, { nodes: present, pods, hash: 'new', nowMs: 0 })
  return [...create.map(name => `+${name}`), ...remove.map(({ metadata }) => `-${metadata.name}`)].join(' ')
}

test('a node is used unless it does not match or repels; one that merely takes nothing new may keep what it has', () => {
  assert.equal(claimOnNode(daemon(), node('a')), 'run')
  assert.equal(claimOnNode(daemon({}, { disk: 'ssd' }), node('a')), 'leave')
  assert.equal(claimOnNode(daemon(), node('a', [{ key: 'x', effect: 'NoSchedule' }])), 'may stay')
  assert.equal(claimOnNode(daemon(), node('a', [{ key: 'x', effect: 'NoExecute' }])), 'leave')
  const trouble = ['unreachable', 'not-ready'].map(name => ({
    key: `node.kubernetes.io/${name}`,
    effect: 'NoExecute' as const,
  }))
  assert.equal(
    claimOnNode(daemon(), node('a', [...trouble, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }])),
    'run',
  )
})

test('every node gets one, doubles and failed ones go, the oldest stays', () => {
  assert.equal(steps(daemon(), []), '+a +b +c')
  assert.equal(steps(daemon(), [pod('p', 'a'), pod('q', 'b', { failed: true })]), '+b +c -q')
  assert.equal(
    steps(daemon(), [pod('young', 'a', { created: 2 }), pod('old', 'a', { created: 1 })], [node('a')]),
    '-young',
  )
  assert.equal(steps(daemon({}, { disk: 'ssd' }), [pod('p', 'a')]), '-p')
})

test('an update replaces what is broken at once and the rest within maxUnavailable', () => {
  const old = ['a', 'b', 'c'].map(name => pod(`old-${name}`, name, { hash: 'old' }))
  assert.equal(steps(daemon(), old), '-old-a')
  assert.equal(steps(daemon({ maxUnavailable: '50%' }), old), '-old-a -old-b')
  const [, b, c] = old
  assert.ok(b && c)
  assert.equal(steps(daemon(), [pod('new-a', 'a', { ready: false }), b, c]), '', 'the first is not ready yet')
  assert.equal(steps(daemon(), [pod('old-a', 'a', { hash: 'old', ready: false }), b, c]), '-old-a')
})

test('with maxSurge the new pod comes first and the old one goes when it is ready', () => {
  const surging = daemon({ maxSurge: 1, maxUnavailable: 0 })
  const old = ['a', 'b'].map(name => pod(`old-${name}`, name, { hash: 'old' }))
  const two = nodes.slice(0, 2)
  assert.equal(steps(surging, old, two), '+a')
  assert.equal(steps(surging, [...old, pod('new-a', 'a', { ready: false })], two), '')
  assert.equal(steps(surging, [...old, pod('new-a', 'a')], two), '-old-a')
})

test('the pod for a node is meant for that node, also before it is bound', () => {
  const made = podForNode(
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [], hostNetwork: true } },
    'b',
  )
  assert.equal(nodeOfDaemonPod(made), 'b')
  assert.ok(made.spec?.tolerations?.some(({ key }) => key === 'node.kubernetes.io/network-unavailable'))
})

test('the status counts nodes, not pods', () => {
  const pods = [pod('p', 'a'), pod('q', 'b', { ready: false, hash: 'old' }), pod('r', 'd')]
  const repelling = node('d', [{ key: 'x', effect: 'NoSchedule' }])
  assert.deepEqual(reportDaemonSet(daemon(), { nodes: [...nodes, repelling], pods, hash: 'new', nowMs: 0 }), {
    currentNumberScheduled: 2,
    desiredNumberScheduled: 3,
    numberMisscheduled: 1,
    numberReady: 1,
    numberAvailable: 1,
    numberUnavailable: 2,
    updatedNumberScheduled: 1,
  })
})
