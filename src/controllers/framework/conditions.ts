// How does a condition list change: the transition time only moves when the status does.

export interface StatusCondition {
  readonly type: string
  readonly status: string
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string
}

/** The list with the condition in its place; the same list when nothing changed. */
export function withCondition<C extends StatusCondition>(
  conditions: readonly C[],
  wanted: C,
  now: string,
): readonly C[] {
  const held = conditions.find(condition => condition.type === wanted.type)
  if (held === undefined) return [...conditions, { ...wanted, lastTransitionTime: now }]
  if (held.status === wanted.status && held.reason === wanted.reason && held.message === wanted.message) {
    return conditions
  }
  const lastTransitionTime = held.status === wanted.status ? (held.lastTransitionTime ?? now) : now
  return conditions.map(condition => (condition === held ? { ...wanted, lastTransitionTime } : condition))
}

export function withoutCondition<C extends StatusCondition>(conditions: readonly C[], type: string): readonly C[] {
  return conditions.some(condition => condition.type === type)
    ? conditions.filter(condition => condition.type !== type)
    : conditions
}
