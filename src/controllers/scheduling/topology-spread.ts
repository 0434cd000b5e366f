// Would a pod on this node make the spread over zones or hosts more uneven than allowed?
import type { Pod } from '../../objects/kinds/pod.ts'
import { type LabelSelector, matchesLabels } from '../../objects/selector.ts'
import type { ClusterState, NodeState } from './cluster-state.ts'
import { matchesNodeSelection } from './node-selector.ts'
import { untolerated } from './taints.ts'

type Constraint = NonNullable<NonNullable<Pod['spec']>['topologySpreadConstraints']>[number]

export interface SpreadView {
  refuse(state: NodeState): string | undefined
  /** How many pods of the kind the node's domains hold, for constraints that only wish; fewer is better. */
  crowding(state: NodeState): number
}

export function viewSpread(cluster: ClusterState, pod: Pod): SpreadView {
  const constraints = (pod.spec?.topologySpreadConstraints ?? []).map(constraint => {
    const domains = countDomains(cluster, pod, constraint)
    const isHard = constraint.whenUnsatisfiable === 'DoNotSchedule'
    const isShort = domains.size < (constraint.minDomains ?? 1)
    // With fewer domains than asked for, the emptiest counts as empty, so that a new domain is waited for.
    const least = isShort ? 0 : Math.min(...domains.values())
    const own = matchesLabels(selectorOf(pod, constraint), pod.metadata.labels) ? 1 : 0
    return { constraint, domains, isHard, least, own }
  })
  return {
    refuse({ node }) {
      for (const { constraint, domains, isHard, least, own } of constraints) {
        if (!isHard) continue
        const domain = node.metadata.labels?.[constraint.topologyKey]
        if (domain === undefined) {
          return "node(s) didn't match pod topology spread constraints (missing required label)"
        }
        if ((domains.get(domain) ?? 0) + own - least > constraint.maxSkew) {
          return "node(s) didn't match pod topology spread constraints"
        }
      }
      return undefined
    },
    crowding: ({ node }) =>
      constraints.reduce((sum, { constraint, domains, isHard }) => {
        const domain = node.metadata.labels?.[constraint.topologyKey]
        return isHard || domain === undefined ? sum : sum + (domains.get(domain) ?? 0)
      }, 0),
  }
}

function countDomains(cluster: ClusterState, pod: Pod, constraint: Constraint): ReadonlyMap<string, number> {
  const domains = new Map<string, number>()
  const selector = selectorOf(pod, constraint)
  for (const { node, pods } of cluster.nodes) {
    const domain = node.metadata.labels?.[constraint.topologyKey]
    if (domain === undefined) continue
    if ((constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !matchesNodeSelection(pod, node)) continue
    if (
      constraint.nodeTaintsPolicy === 'Honor' &&
      untolerated(node.spec?.taints ?? [], pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute']) !== undefined
    ) {
      continue
    }
    let count = domains.get(domain) ?? 0
    for (const other of pods.values()) {
      if (
        other.metadata.namespace === pod.metadata.namespace &&
        other.metadata.deletionTimestamp === undefined &&
        matchesLabels(selector, other.metadata.labels)
      ) {
        count++
      }
    }
    domains.set(domain, count)
  }
  return domains
}

function selectorOf(pod: Pod, { labelSelector, matchLabelKeys = [] }: Constraint): LabelSelector | undefined {
  if (labelSelector === undefined || matchLabelKeys.length === 0) return labelSelector
  const extra = matchLabelKeys.flatMap(key => {
    const value = pod.metadata.labels?.[key]
    return value === undefined ? [] : [{ key, operator: 'In', values: [value] }]
  })
  return { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...extra] }
}
