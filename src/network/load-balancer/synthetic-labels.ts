// Which labels does a Service show to the selectors of pools and announcement policies?
import type { Labels } from '../../objects/selector.ts'

/**
 * Cilium's keys for namespace and name stand for the truth and cover labels of the same key, so that no tenant can
 * pass for another one.
 */
export function selectableLabels(service: {
  readonly namespace: string
  readonly name: string
  readonly labels: Labels
}): Labels {
  return {
    ...service.labels,
    'io.kubernetes.service.namespace': service.namespace,
    'io.kubernetes.service.name': service.name,
  }
}
