// What a finding is: where, how bad, which code, what, why, and how to fix it.

export type Severity = 'error' | 'warning' | 'info'

/** A place in a file the user wrote. Lines and columns count from 1. */
export interface Position {
  readonly file: string
  readonly line: number
  readonly column: number
}

/**
 * An expected failure, as a value. Codes are `FW` and three digits:
 * FW1xx reading (YAML, schema), FW2xx addresses and load balancer, FW3xx Services and endpoints,
 * FW4xx ingress and routes, FW5xx policies, FW6xx certificates, FW7xx tunnel and VPN, FW8xx the machine, FW9xx tuning.
 */
export interface Diagnostic {
  readonly code: `FW${number}`
  readonly severity: Severity
  /** What is wrong, in one sentence that names the thing and the value. */
  readonly message: string
  /** Why it matters; one or two sentences. */
  readonly why?: string
  /** The smallest edit or command that mends it. */
  readonly fix?: string
  readonly position?: Position
  /** The object it is about, as `Kind/namespace/name` or `Kind/name`. */
  readonly object?: string
  /** Where in the object, as in `spec.rules[0].host`; a key with dots stands in brackets: `metadata.annotations[a.b/c]`. */
  readonly field?: string
}

/** Sorts by file, line, column, code, so that two runs print the same. */
export function compareDiagnostics(a: Diagnostic, b: Diagnostic): number {
  return (
    compareText(a.position?.file ?? '', b.position?.file ?? '') ||
    (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
    (a.position?.column ?? 0) - (b.position?.column ?? 0) ||
    compareText(a.code, b.code) ||
    compareText(a.message, b.message)
  )
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
