// Does a pod put up with what a node is tainted with?
import type { Node } from '../../objects/kinds/node.ts'
import type { Pod } from '../../objects/kinds/pod.ts'

export type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number]
export type Toleration = NonNullable<NonNullable<Pod['spec']>['tolerations']>[number]

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false
  const operator = toleration.operator ?? 'Equal'
  // An empty key with Exists means every taint.
  if (!toleration.key) return operator === 'Exists'
  if (toleration.key !== taint.key) return false
  return operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')
}

/** The first taint of one of these effects that no toleration covers. */
export function untolerated(
  taints: readonly Taint[],
  tolerations: readonly Toleration[],
  effects: readonly string[],
): Taint | undefined {
  return taints.find(
    taint => effects.includes(taint.effect) && !tolerations.some(toleration => tolerates(toleration, taint)),
  )
}
