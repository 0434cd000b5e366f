// Which workloads does the API server refuse? What Deployments, ReplicaSets, StatefulSets, DaemonSets and Jobs share.
import type { FieldProblem } from '../kind.ts'
import type { KubeObject } from '../object.ts'
import type { PodTemplate } from '../pods/defaults.ts'
import { type FieldPath, invalid, required, unsupported } from '../problems.ts'
import { sameJson } from '../same.ts'
import { type LabelSelector, matchesLabels } from '../selector.ts'
import { selectorText } from '../selector-text.ts'
import { checkLabelSelector } from './label-selector.ts'
import { checkPodTemplate } from './pod-spec.ts'

interface Workload extends KubeObject {
  readonly spec?: {
    readonly replicas?: number
    readonly minReadySeconds?: number
    readonly selector?: LabelSelector
    readonly template?: PodTemplate
  }
}

/** The checks of everything that keeps pods running; `noun` is how messages call the kind. */
export function checkWorkload(object: Workload, old: Workload | undefined, noun: string): FieldProblem[] {
  const spec = object.spec
  if (spec === undefined) return [required(['spec', 'selector']), required(['spec', 'template'])]
  const problems = [
    ...checkCount(spec.replicas, ['spec', 'replicas']),
    ...checkCount(spec.minReadySeconds, ['spec', 'minReadySeconds']),
    ...checkPodTemplate(spec.template, ['spec', 'template']),
  ]
  const { selector, template } = spec
  if (selector !== undefined) {
    const selectorProblems = checkLabelSelector(selector, ['spec', 'selector'])
    problems.push(...selectorProblems)
    const isEmpty = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0
    if (isEmpty) {
      problems.push(invalid(['spec', 'selector'], selector, `empty selector is invalid for ${noun}`))
    } else if (selectorProblems.length === 0 && !matchesLabels(selector, template?.metadata?.labels)) {
      const path = ['spec', 'template', 'metadata', 'labels']
      const problem = invalid(path, template?.metadata?.labels, '`selector` does not match template `labels`')
      problems.push({ ...problem, fix: `the selector asks for ${selectorText(selector)}: write these labels` })
    }
  }
  const restartPolicy = template?.spec?.restartPolicy
  if (restartPolicy !== undefined && restartPolicy !== 'Always') {
    problems.push(unsupported(['spec', 'template', 'spec', 'restartPolicy'], restartPolicy, ['Always']))
  }
  if (old?.spec !== undefined && !sameJson(selector, old.spec.selector)) {
    problems.push(invalid(['spec', 'selector'], selector, 'field is immutable'))
  }
  return problems
}

export function checkCount(count: number | null | undefined, path: FieldPath): FieldProblem[] {
  if (typeof count !== 'number' || count >= 0) return []
  return [invalid(path, count, 'must be greater than or equal to 0')]
}
