// How does the end of a command, or a failed request, look as a `Status`?
import { ApiError, type StatusDetails } from '../../objects/api-error.ts'
import type { ExecSession } from '../pod-streams.ts'

export interface Status {
  readonly kind?: 'Status'
  readonly apiVersion?: 'v1'
  readonly metadata: object
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: StatusDetails
  readonly code?: number
}

/** What goes out on the error channel; kubectl takes its own exit code from the cause. */
export function exitStatus(exit: Awaited<ExecSession['exit']>): Status {
  if ('failed' in exit)
    return { metadata: {}, status: 'Failure', reason: 'InternalError', message: exit.failed, code: 500 }
  if (exit.code === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${exit.code}`,
    details: { causes: [{ reason: 'ExitCode', message: String(exit.code) }] },
  }
}

export function failureStatus(error: unknown): Status & { readonly code: number } {
  const { code, reason, message, details } =
    error instanceof ApiError
      ? error
      : {
          code: 500,
          reason: 'InternalError',
          message: `Internal error occurred: ${describe(error)}`,
          details: undefined,
        }
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code } as const
  return details === undefined ? status : { ...status, details }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
