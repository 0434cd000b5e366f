// Does an object's status say that a condition holds?

interface Condition {
  readonly type: string
  readonly status: string
}

/** What is not reported, or reported as Unknown, does not hold. */
export function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false
}
