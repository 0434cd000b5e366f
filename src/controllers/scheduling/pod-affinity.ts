// Do the pods that are there already draw a pod to a node, or keep it away?
import type { IPodAffinityTerm } from 'kubernetes-models/v1/PodAffinityTerm'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Immutable } from '../../objects/object.ts'
import { type LabelSelector, matchesLabels } from '../../objects/selector.ts'
import type { ClusterState, NodeState } from './cluster-state.ts'

export type AffinityTerm = Immutable<IPodAffinityTerm>

/** Labels of a namespace, for terms with a namespaceSelector. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>> | undefined

/** Whether `owner`'s term speaks of `other`. */
export function termSelects(
  term: AffinityTerm,
  {
    owner,
    other,
    namespaceLabels,
  }: { readonly owner: Pod; readonly other: Pod; readonly namespaceLabels: NamespaceLabels },
): boolean {
  const namespace = other.metadata.namespace ?? ''
  const named = term.namespaces ?? []
  const isInNamespace =
    named.includes(namespace) ||
    (term.namespaceSelector !== undefined
      ? matchesLabels(term.namespaceSelector, namespaceLabels(namespace))
      : named.length === 0 && namespace === owner.metadata.namespace)
  return isInNamespace && matchesLabels(withLabelKeys(term, owner), other.metadata.labels)
}

/** `matchLabelKeys`: the value the owner has itself, so that revisions do not mix. */
function withLabelKeys(term: AffinityTerm, owner: Pod): LabelSelector | undefined {
  if (term.labelSelector === undefined) return undefined
  const requirement = (operator: string) => (key: string) => {
    const value = owner.metadata.labels?.[key]
    return value === undefined ? [] : [{ key, operator, values: [value] }]
  }
  const extra = [
    ...(term.matchLabelKeys ?? []).flatMap(requirement('In')),
    ...(term.mismatchLabelKeys ?? []).flatMap(requirement('NotIn')),
  ]
  if (extra.length === 0) return term.labelSelector
  return { ...term.labelSelector, matchExpressions: [...(term.labelSelector.matchExpressions ?? []), ...extra] }
}

/** The values of the term's topology key under which a selected pod stands, with how many there are. */
export function domainsOf(
  cluster: ClusterState,
  term: AffinityTerm,
  { owner, namespaceLabels }: { readonly owner: Pod; readonly namespaceLabels: NamespaceLabels },
): ReadonlyMap<string, number> {
  const domains = new Map<string, number>()
  for (const state of cluster.nodes) {
    const domain = state.node.metadata.labels?.[term.topologyKey]
    if (domain === undefined) continue
    for (const other of state.pods.values()) {
      if (termSelects(term, { owner, other, namespaceLabels })) domains.set(domain, (domains.get(domain) ?? 0) + 1)
    }
  }
  return domains
}

export interface AffinityView {
  /** Why the node is out of question, as upstream words it. */
  refuse(state: NodeState): string | undefined
}

/** Looks at the cluster once per pod, then answers for each node. */
export function viewAffinity(cluster: ClusterState, pod: Pod, namespaceLabels: NamespaceLabels): AffinityView {
  const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
  const scope = { owner: pod, namespaceLabels }
  const wanted = (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term => ({
    term,
    domains: domainsOf(cluster, term, scope),
  }))
  // The first pod of a group that wants to be together would wait for ever, so it may go anywhere.
  const isFirstOfItsKind =
    wanted.every(({ domains }) => domains.size === 0) &&
    wanted.every(({ term }) => termSelects(term, { ...scope, other: pod }))
  const unwanted = (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term => ({
    term,
    domains: domainsOf(cluster, term, scope),
  }))
  const repelled: { readonly key: string; readonly domain: string }[] = []
  for (const { pod: owner, nodeName } of cluster.repelling) {
    for (const term of owner.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) {
      const domain = cluster.node(nodeName)?.node.metadata.labels?.[term.topologyKey]
      if (domain !== undefined && termSelects(term, { owner, other: pod, namespaceLabels })) {
        repelled.push({ key: term.topologyKey, domain })
      }
    }
  }
  return {
    refuse({ node }) {
      const labels = node.metadata.labels ?? {}
      for (const { term, domains } of wanted) {
        const domain = labels[term.topologyKey]
        if (domain === undefined || !(domains.has(domain) || isFirstOfItsKind)) {
          return "node(s) didn't match pod affinity rules"
        }
      }
      for (const { term, domains } of unwanted) {
        const domain = labels[term.topologyKey]
        if (domain !== undefined && domains.has(domain)) return "node(s) didn't match pod anti-affinity rules"
      }
      return repelled.some(({ key, domain }) => labels[key] === domain)
        ? "node(s) didn't satisfy existing pods anti-affinity rules"
        : undefined
    },
  }
}
