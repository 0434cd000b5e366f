// Columns that most tables share.
import { shortAge } from '../age.ts'
import type { Column } from '../kind.ts'

export const nameColumn: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: 'Name must be unique within a namespace.',
  cell: object => object.metadata.name,
}

export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  description: 'Time since the object was created.',
  cell: (object, now) => sinceText(object.metadata.creationTimestamp, now),
}

/** The age of a timestamp as kubectl writes it; `<unknown>` without one. */
export function sinceText(timestamp: string | undefined, now: number): string {
  if (timestamp === undefined) return '<unknown>'
  const then = Date.parse(timestamp)
  return Number.isNaN(then) ? '<unknown>' : shortAge(now - then)
}
