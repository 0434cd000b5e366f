// Which items of a list repeat an earlier one?
import type { FieldProblem } from '../kind.ts'
import { duplicate, type FieldPath } from '../problems.ts'

/** `keyOf` gives what must differ; items without one are not compared. `field` is appended to the item's path. */
export function checkRepeats<E>(
  items: readonly E[],
  path: FieldPath,
  keyOf: (item: E) => unknown,
  field?: string,
): FieldProblem[] {
  const problems: FieldProblem[] = []
  const seen = new Set<string>()
  for (const [index, item] of items.entries()) {
    const key = keyOf(item)
    if (key === undefined || key === '' || key === null) continue
    const text = JSON.stringify(key)
    if (seen.has(text)) problems.push(duplicate(field === undefined ? [...path, index] : [...path, index, field], key))
    seen.add(text)
  }
  return problems
}
