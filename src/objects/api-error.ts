// A failed API request, as a Kubernetes `Status` that can be thrown.

export type ApiReason =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'Expired'
  | 'Invalid'
  | 'UnsupportedMediaType'
  | 'NotAcceptable'
  | 'RequestEntityTooLarge'
  | 'TooManyRequests'
  | 'InternalError'
  | 'InsufficientStorage'
  | 'ServiceUnavailable'
  | 'Timeout'

export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

export interface StatusDetails {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly causes?: readonly StatusCause[]
  readonly retryAfterSeconds?: number
}

export interface ApiErrorOptions {
  readonly details?: StatusDetails
  readonly cause?: unknown
}

/** `code` is the HTTP status. Conflict, Expired, TooManyRequests, Timeout and ServiceUnavailable are worth a retry. */
export class ApiError extends Error {
  readonly code: number
  readonly reason: ApiReason
  readonly details: StatusDetails | undefined

  constructor(code: number, reason: ApiReason, message: string, options: ApiErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ApiError'
    this.code = code
    this.reason = reason
    this.details = options.details
  }
}

export function isApiError(error: unknown, reason?: ApiReason): error is ApiError {
  return error instanceof ApiError && (reason === undefined || error.reason === reason)
}
