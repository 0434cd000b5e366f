// Whether a label selector of a manifest is one the API server accepts. Follows ValidateLabelSelector.
import type { FieldProblem } from '../kind.ts'
import { checkLabels } from '../metadata.ts'
import { checkLabelValue, checkQualifiedName } from '../names.ts'
import { type FieldPath, forbidden, invalid, required } from '../problems.ts'
import type { LabelSelector } from '../selector.ts'
import { list } from './pod-spec.ts'

export function checkLabelSelector(selector: LabelSelector | null | undefined, path: FieldPath): FieldProblem[] {
  if (selector === undefined || selector === null) return []
  const problems = checkLabels(selector.matchLabels, [...path, 'matchLabels'])
  for (const [index, { key, operator, values = [] }] of list(selector.matchExpressions).entries()) {
    const at = [...path, 'matchExpressions', index]
    const keyProblem = checkQualifiedName(key ?? '')
    if (keyProblem !== undefined) problems.push(invalid([...at, 'key'], key, keyProblem))
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        problems.push(required([...at, 'values'], "must be specified when `operator` is 'In' or 'NotIn'"))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0) {
        problems.push(
          forbidden([...at, 'values'], "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        )
      }
    } else problems.push(invalid([...at, 'operator'], operator, 'not a valid selector operator'))
    for (const [at2, value] of values.entries()) {
      const problem = typeof value === 'string' ? checkLabelValue(value) : undefined
      if (problem !== undefined) problems.push(invalid([...at, 'values', at2], value, problem))
    }
  }
  return problems
}
