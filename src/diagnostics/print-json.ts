// How do programs read diagnostics? As a versioned, sorted list.
import { compareDiagnostics, type Diagnostic } from './diagnostic.ts'

export function printJson(diagnostics: readonly Diagnostic[]): string {
  const items = diagnostics
    .toSorted(compareDiagnostics)
    .map(({ code, severity, message, why, fix, position, object, field }) => ({
      code,
      severity,
      message,
      why,
      fix,
      object,
      field,
      position: position && { file: position.file, line: position.line, column: position.column },
    }))
  return `${JSON.stringify({ apiVersion: 'fairway.dev/v1', kind: 'DiagnosticList', items }, null, 2)}\n`
}
