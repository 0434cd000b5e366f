// On which node does a pod run, and if on none, why not?
import type { Pod } from '../../objects/kinds/pod.ts'
import { controllerOf } from '../framework/owner-references.ts'
import { amountOf, type ClusterState, type NodeState, requestsOf } from './cluster-state.ts'
import { hostPortsOf, portsClash } from './host-ports.ts'
import { matchesNodeSelection, matchesTerm } from './node-selector.ts'
import { type AffinityView, domainsOf, type NamespaceLabels, viewAffinity } from './pod-affinity.ts'
import { untolerated } from './taints.ts'
import { type SpreadView, viewSpread } from './topology-spread.ts'

export type Choice =
  | { readonly kind: 'node'; readonly name: string }
  /** `message` is that of a FailedScheduling event. */
  | { readonly kind: 'none'; readonly message: string }

interface Question {
  readonly pod: Pod
  readonly cluster: ClusterState
  readonly affinity: AffinityView
  readonly spread: SpreadView
  readonly namespaceLabels: NamespaceLabels
}

/** A filter says why not, in upstream's words; undefined passes on to the next. Cheap ones first, as upstream. */
type Filter = (question: Question, state: NodeState) => string | undefined

const unschedulableTaint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' } as const

const filters: readonly Filter[] = [
  ({ pod }, { node }) =>
    node.spec?.unschedulable && untolerated([unschedulableTaint], pod.spec?.tolerations ?? [], ['NoSchedule'])
      ? 'node(s) were unschedulable'
      : undefined,
  ({ pod }, { node }) => {
    const taint = untolerated(node.spec?.taints ?? [], pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute'])
    if (taint === undefined) return undefined
    return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`
  },
  ({ pod }, { node }) =>
    matchesNodeSelection(pod, node) ? undefined : "node(s) didn't match Pod's node affinity/selector",
  ({ pod }, { pods }) => {
    const wanted = hostPortsOf(pod)
    if (wanted.length === 0) return undefined
    const isTaken = pods.values().some(other => hostPortsOf(other).some(a => wanted.some(b => portsClash(a, b))))
    return isTaken ? "node(s) didn't have free ports for the requested pod ports" : undefined
  },
  ({ pod }, state) => missingResource(pod, state),
  ({ spread }, state) => spread.refuse(state),
  ({ affinity }, state) => affinity.refuse(state),
]

/** What speaks for a node; compared after scaling to 0…1 over the nodes that are left. */
type Score = (question: Question, state: NodeState) => number

const scores: readonly { readonly weight: number; readonly score: Score }[] = [
  {
    weight: 3,
    score: (_, { node }) => -(node.spec?.taints ?? []).filter(taint => taint.effect === 'PreferNoSchedule').length,
  },
  { weight: 2, score: ({ pod }, { node }) => preferredNodes(pod, node) },
  { weight: 2, score: ({ spread }, state) => -spread.crowding(state) },
  { weight: 2, score: ({ pod }, { perOwner }) => -(perOwner.get(controllerOf(pod)?.uid ?? '') ?? 0) },
  { weight: 1, score: (_, { pods }) => -pods.size },
]

export function chooseNode(cluster: ClusterState, pod: Pod, namespaceLabels: NamespaceLabels): Choice {
  const { nodes } = cluster
  if (nodes.length === 0) return { kind: 'none', message: 'no nodes available to schedule pods' }
  const question: Question = {
    pod,
    cluster,
    namespaceLabels,
    affinity: viewAffinity(cluster, pod, namespaceLabels),
    spread: viewSpread(cluster, pod),
  }
  const reasons = new Map<string, number>()
  const feasible: NodeState[] = []
  for (const state of nodes) {
    const reason = firstReason(question, state)
    if (reason === undefined) feasible.push(state)
    else reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  const best = pickBest(question, feasible)
  return best === undefined
    ? { kind: 'none', message: explain(nodes.length, reasons) }
    : { kind: 'node', name: best.node.metadata.name }
}

function firstReason(question: Question, state: NodeState): string | undefined {
  for (const filter of filters) {
    const reason = filter(question, state)
    if (reason !== undefined) return reason
  }
  return undefined
}

/** The reasons sorted as text, as upstream; pods are never evicted to make room for others here. */
function explain(total: number, reasons: ReadonlyMap<string, number>): string {
  const parts = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort()
  return (
    `0/${total} nodes are available: ${parts.join(', ')}. ` +
    `preemption: 0/${total} nodes are available: ${total} Preemption is not helpful for scheduling.`
  )
}

function pickBest(question: Question, feasible: readonly NodeState[]): NodeState | undefined {
  if (feasible.length <= 1) return feasible[0]
  const totals = feasible.map(() => 0)
  const wishes = [...scores, { weight: 2, score: affinityScore(question) }]
  for (const { weight, score } of wishes) {
    const raw = feasible.map(state => score(question, state))
    const [low, high] = [Math.min(...raw), Math.max(...raw)]
    if (low === high) continue
    for (const [index, value] of raw.entries()) {
      totals[index] = (totals[index] ?? 0) + (weight * (value - low)) / (high - low)
    }
  }
  // Nodes are sorted by name, and the first of the best wins.
  return feasible[totals.indexOf(Math.max(...totals))]
}

function preferredNodes(pod: Pod, node: NodeState['node']): number {
  const preferred = pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  return preferred.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0)
}

/** Preferred affinity and anti-affinity of the pod itself. */
function affinityScore({ pod, cluster, namespaceLabels }: Question): Score {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
  const terms = [
    ...(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(term => ({ ...term, sign: 1 })),
    ...(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(term => ({ ...term, sign: -1 })),
  ].map(({ podAffinityTerm, weight, sign }) => ({
    key: podAffinityTerm.topologyKey,
    pull: weight * sign,
    domains: domainsOf(cluster, podAffinityTerm, { owner: pod, namespaceLabels }),
  }))
  return (_, { node }) =>
    terms.reduce((sum, { key, pull, domains }) => {
      const domain = node.metadata.labels?.[key]
      return domain === undefined ? sum : sum + pull * (domains.get(domain) ?? 0)
    }, 0)
}

/** Amounts are counted in billionths. */
const billion = 1_000_000_000n

/** A node that does not say how much it has is not held to it. */
function missingResource(pod: Pod, { node, pods, requested }: NodeState): string | undefined {
  const allocatable = node.status?.allocatable ?? node.status?.capacity
  if (allocatable?.pods !== undefined && BigInt(pods.size + 1) * billion > amountOf(allocatable.pods)) {
    return 'Too many pods'
  }
  const wanted = requestsOf(pod)
  for (const resource of ['cpu', 'memory'] as const) {
    if (wanted[resource] === 0n || allocatable?.[resource] === undefined) continue
    if (requested[resource] + wanted[resource] > amountOf(allocatable[resource])) return `Insufficient ${resource}`
  }
  return undefined
}
