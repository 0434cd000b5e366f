// Is there a NetworkPolicy that is about no pod at all?
import { type NetworkPolicy, networkPolicies } from '../../../objects/kinds/network-policy.ts'
import { keyOf } from '../../../objects/object.ts'
import { matchesLabels } from '../../../objects/selector.ts'
import { selectorText } from '../../../objects/selector-text.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'
import { workloadsOf } from '../workloads.ts'

export const policySelectsNothing: Rule = {
  codes: ['FW501'],
  *check(input) {
    const workloads = workloadsOf(input)
    for (const entry of input.of<NetworkPolicy>(networkPolicies)) {
      const selector = entry.object.spec?.podSelector
      if (selector === undefined) continue
      const values = Object.values(selector.matchLabels ?? {})
      // An empty selector means every pod of the namespace, also those to come.
      if (values.length === 0 && (selector.matchExpressions ?? []).length === 0) continue
      const namespace = entry.object.metadata.namespace ?? 'default'
      if (workloads.pickedBy(namespace, selector).length > 0) continue
      if (values.some(value => input.foreignNaming(value) !== undefined)) continue
      const elsewhere = workloads.all.find(({ labels }) => matchesLabels(selector, labels))
      yield finding(entry, ['spec', 'podSelector'], {
        code: 'FW501',
        severity: 'info',
        message: `NetworkPolicy ${keyOf(entry.object)} selects ${selectorText(selector)}, and no workload in namespace ${namespace} makes such pods`,
        why: 'The policy guards nothing.',
        fix:
          elsewhere === undefined
            ? 'correct the selector, or the labels in the pod template'
            : `there are such pods in namespace ${elsewhere.namespace}: a policy is about pods of its own namespace only`,
      })
    }
  },
}
