// Is there a Service whose selector matches no pod that the input makes?
import { type Service, services } from '../../../objects/kinds/service.ts'
import { keyOf } from '../../../objects/object.ts'
import type { Labels } from '../../../objects/selector.ts'
import { labelsText } from '../../../objects/selector-text.ts'
import { finding } from '../inventory.ts'
import type { Rule } from '../rule.ts'
import { type Workload, type Workloads, workloadsOf } from '../workloads.ts'

export const serviceSelectsNothing: Rule = {
  codes: ['FW301'],
  *check(input) {
    const workloads = workloadsOf(input)
    for (const entry of input.of<Service>(services)) {
      const selector = entry.object.spec?.selector ?? {}
      if (Object.keys(selector).length === 0 || entry.object.spec?.type === 'ExternalName') continue
      const namespace = entry.object.metadata.namespace ?? 'default'
      if (workloads.selectedBy(namespace, selector).length > 0) continue
      // Operators label the pods they make with the names of their own objects.
      if (Object.values(selector).some(value => input.foreignNaming(value) !== undefined)) continue
      yield finding(entry, ['spec', 'selector'], {
        code: 'FW301',
        // The cluster itself runs pods there that no manifest makes: etcd, the scheduler and others.
        severity: namespace === 'kube-system' ? 'info' : 'warning',
        message: `Service ${keyOf(entry.object)} selects ${labelsText(selector)}, and no workload in namespace ${namespace} makes such pods`,
        why: 'A Service without endpoints refuses every connection.',
        fix: advice(workloads, { namespace, selector }),
      })
    }
  },
}

function advice(
  workloads: Workloads,
  { namespace, selector }: { readonly namespace: string; readonly selector: Labels },
): string {
  const elsewhere = workloads.anywhere(selector)
  if (elsewhere !== undefined)
    return `${elsewhere.owner} has these labels, in namespace ${elsewhere.namespace}: a Service selects pods of its own namespace only`
  const near = nearest(workloads.in(namespace), selector)
  return near === undefined
    ? 'correct the selector, or the labels in the pod template'
    : `the pods of ${near.owner} have ${labelsText(near.labels)}: correct the selector, or these labels`
}

/** The workload that has the most of the labels, or at least one of the keys. */
function nearest(candidates: readonly Workload[], selector: Labels): Workload | undefined {
  let best: { readonly workload: Workload; readonly score: number } | undefined
  for (const workload of candidates) {
    let score = 0
    for (const [key, value] of Object.entries(selector)) {
      if (workload.labels[key] === value) score += 10
      else if (Object.hasOwn(workload.labels, key)) score += 1
    }
    if (score > (best?.score ?? 0)) best = { workload, score }
  }
  return best?.workload
}
