// How the API server words a problem with one field.
import type { FieldProblem } from './kind.ts'

export type FieldPath = readonly (string | number)[]

export function invalid(path: FieldPath, value: unknown, reason: string): FieldProblem {
  return { path, severity: 'error', message: `Invalid value: ${quoted(value)}: ${reason}` }
}

export function required(path: FieldPath, reason = ''): FieldProblem {
  return { path, severity: 'error', message: reason === '' ? 'Required value' : `Required value: ${reason}` }
}

export function duplicate(path: FieldPath, value: unknown): FieldProblem {
  return { path, severity: 'error', message: `Duplicate value: ${quoted(value)}` }
}

export function forbidden(path: FieldPath, reason: string): FieldProblem {
  return { path, severity: 'error', message: `Forbidden: ${reason}` }
}

export function unsupported(path: FieldPath, value: unknown, supported: readonly string[]): FieldProblem {
  const list = supported.map(text => JSON.stringify(text)).join(', ')
  return { path, severity: 'error', message: `Unsupported value: ${quoted(value)}: supported values: ${list}` }
}

/** `spec.ports[0].port`; keys that are not plain identifiers stand in brackets, as in `metadata.labels[app/x]`. */
export function fieldText(path: FieldPath): string {
  let text = ''
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (/^[A-Za-z_$][\w$-]*$/.test(part)) text += text === '' ? part : `.${part}`
    else text += `[${part}]`
  }
  return text
}

function quoted(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value)
}
