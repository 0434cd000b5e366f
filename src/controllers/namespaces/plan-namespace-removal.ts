// How does a Namespace say what still keeps it from going?
import type { Namespace } from '../../objects/kinds/namespace.ts'
import { formatTime } from '../../objects/time.ts'
import { withCondition } from '../framework/conditions.ts'

type Conditions = NonNullable<NonNullable<Namespace['status']>['conditions']>

export interface Remainder {
  /** `pods`, `widgets.example.com` … with the number of objects left. */
  readonly counts: ReadonlyMap<string, number>
  /** Finalizers on those objects, with the number of objects that carry each. */
  readonly finalizers: ReadonlyMap<string, number>
}

export function describeRemainder(held: Conditions, remainder: Remainder, nowMs: number): Conditions {
  const now = formatTime(nowMs)
  const content = listed(remainder.counts, (name, count) => `${name} has ${count} resource instances`)
  const finalizers = listed(remainder.finalizers, (name, count) => `${name} in ${count} resource instances`)
  const withContent = withCondition(
    held,
    content === ''
      ? condition('NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed')
      : condition(
          'NamespaceContentRemaining',
          'True',
          'SomeResourcesRemain',
          `Some resources are remaining: ${content}`,
        ),
    now,
  )
  return withCondition(
    withContent,
    finalizers === ''
      ? condition(
          'NamespaceFinalizersRemaining',
          'False',
          'ContentHasNoFinalizers',
          'All content-preserving finalizers finished',
        )
      : condition(
          'NamespaceFinalizersRemaining',
          'True',
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${finalizers}`,
        ),
    now,
  )
}

function condition(type: string, status: string, reason: string, message: string): Conditions[number] {
  return { type, status, reason, message }
}

function listed(counts: ReadonlyMap<string, number>, word: (name: string, count: number) => string): string {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => word(name, count))
    .join(', ')
}
