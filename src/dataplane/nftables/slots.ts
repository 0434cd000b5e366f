// Which number does each backend have, so that a change of the backends renumbers as few as possible?
import type { Backend } from './plan.ts'

/**
 * `next` in an order in which every backend that stays keeps its place, as far as its place still exists. Removing one
 * of many moves one other: the last into the hole.
 */
export function keepSlots(previous: readonly Backend[], next: readonly Backend[]): readonly Backend[] {
  if (previous.length === 0) return next
  const remaining = new Map(next.map(backend => [describe(backend), backend]))
  const slots: (Backend | undefined)[] = Array<undefined>(next.length).fill(undefined)
  for (const [slot, backend] of previous.entries()) {
    if (slot >= slots.length) break
    const key = describe(backend)
    if (!remaining.has(key)) continue
    slots[slot] = backend
    remaining.delete(key)
  }
  const others = remaining.values()
  const kept: Backend[] = []
  for (const held of slots) {
    const backend = held ?? others.next().value
    if (backend !== undefined) kept.push(backend)
  }
  return kept
}

function describe({ address, port }: Backend): string {
  return `${address} ${port}`
}
