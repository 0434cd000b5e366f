// The table columns that a CustomResourceDefinition asks for.
import { shortAge } from '../../objects/age.ts'
import type { Column } from '../../objects/kind.ts'
import { crdAgeColumn, nameColumn } from '../../objects/kinds/columns.ts'
import { parseJsonPath } from './json-path.ts'

export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly jsonPath: string
  readonly description?: string
  readonly format?: string
  readonly priority?: number
}

/** Without any of its own a kind shows its name and age. */
export function printerColumns(columns: readonly PrinterColumn[] | undefined): readonly Column[] {
  if (columns === undefined || columns.length === 0) return [nameColumn, crdAgeColumn]
  return [nameColumn, ...columns.map(columnOf)]
}

function columnOf(column: PrinterColumn): Column {
  const path = parseJsonPath(column.jsonPath)
  const { name, description, format } = column
  return {
    name,
    type: column.type === 'integer' || column.type === 'boolean' || column.type === 'date' ? column.type : 'string',
    ...(description === undefined ? {} : { description }),
    ...(format === undefined ? {} : { format }),
    priority: (column.priority ?? 0) > 0 ? 1 : 0,
    cell: (object, now) => cellOf(column.type, path?.find(object) ?? [], now),
  }
}

/** Null, which kubectl prints as `<none>`, when the path leads nowhere or to a value of another type. */
function cellOf(type: string, found: readonly unknown[], now: number): string | number | boolean | null {
  const [value] = found
  if (value === undefined) return null
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date': {
      const then = typeof value === 'string' ? Date.parse(value) : Number.NaN
      return Number.isNaN(then) ? '<invalid>' : shortAge(now - then)
    }
    default:
      return found.map(textOf).join(' ')
  }
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
