// Which other managers own a field that this apply would change, and how is that said?
import { ApiError } from '../../objects/api-error.ts'
import { difference, type FieldSet, intersection, intersects, pathsOf } from './field-set.ts'
import { isSameManager, type Manager, type Ownership } from './managed-fields.ts'
import { printPath } from './path-element.ts'

export interface Conflict {
  readonly ownership: Ownership
  readonly fields: FieldSet
}

export function findConflicts(
  ownerships: readonly Ownership[],
  applier: Manager,
  touched: FieldSet,
): readonly Conflict[] {
  return ownerships
    .filter(ownership => !isSameManager(ownership, applier) && intersects(ownership.fields, touched))
    .map(ownership => ({ ownership, fields: intersection(ownership.fields, touched) }))
}

/** The conflicts left when some fields may be taken over. */
export function exceptFor(conflicts: readonly Conflict[], takeable: FieldSet): readonly Conflict[] {
  return conflicts.flatMap(({ ownership, fields }) => {
    const rest = difference(fields, takeable)
    return pathsOf(rest).next().done === true ? [] : [{ ownership, fields: rest }]
  })
}

/** 409 with one cause per field; kubectl prints the message and its own advice on `--force-conflicts`. */
export function conflictError(conflicts: readonly Conflict[]): ApiError {
  const fields = conflicts
    .flatMap(({ ownership, fields }) =>
      [...pathsOf(fields)].map(path => ({ manager: printManager(ownership), field: printPath(path) })),
    )
    .sort((left, right) => compareText(left.manager, right.manager) || compareText(left.field, right.field))
  const causes = fields.map(({ manager, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field,
  }))
  return new ApiError(409, 'Conflict', printConflicts(fields), { details: { causes } })
}

function printConflicts(fields: readonly { readonly manager: string; readonly field: string }[]): string {
  const [only, second] = fields
  if (only !== undefined && second === undefined) {
    return `Apply failed with 1 conflict: conflict with ${only.manager}: ${only.field}`
  }
  const lines: string[] = []
  let previous: string | undefined
  for (const { manager, field } of fields) {
    if (manager !== previous) lines.push(`conflicts with ${manager}:`)
    lines.push(`- ${field}`)
    previous = manager
  }
  return `Apply failed with ${fields.length} conflicts: ${lines.join('\n')}`
}

function printManager({ name, operation, apiVersion, subresource, time }: Ownership): string {
  const named = JSON.stringify(name) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`)
  if (operation === 'Apply') return named
  return `${named} using ${apiVersion}${time === undefined ? '' : ` at ${time}`}`
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
