// Is there a Service whose selector matches no pod that the folder makes?
import { type Service, services } from '../../../objects/kinds/service.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'
import { workloadPods } from '../workloads.ts'

export const serviceSelectsNothing: Rule = {
  code: 'FW301',
  title: 'A Service selects no pods',
  *check(input) {
    const pods = workloadPods(input)
    for (const entry of input.of<Service>(services)) {
      const selector = Object.entries(entry.object.spec?.selector ?? {})
      if (selector.length === 0 || entry.object.spec?.type === 'ExternalName') continue
      const namespace = entry.object.metadata.namespace ?? 'default'
      const matches = (labels: Readonly<Record<string, string>>) =>
        selector.every(([key, value]) => labels[key] === value)
      if (pods.some(pod => pod.namespace === namespace && matches(pod.labels))) continue
      const text = selector.map(([key, value]) => `${key}=${value}`).join(',')
      const elsewhere = pods.find(pod => matches(pod.labels))
      yield finding(entry, ['spec', 'selector'], {
        code: 'FW301',
        severity: 'warning',
        message: `Service ${namespace}/${entry.object.metadata.name} selects ${text}, and no workload in namespace ${namespace} makes such pods`,
        why: 'a Service without endpoints refuses every connection',
        fix:
          elsewhere === undefined
            ? 'correct the selector, or the labels in the pod template'
            : `${elsewhere.owner} has these labels, in namespace ${elsewhere.namespace}: a Service selects pods of its own namespace only`,
      })
    }
  },
}
