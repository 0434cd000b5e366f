// Which outage does the annotation fairway.dev/fail rehearse?

export const failAnnotation = 'fairway.dev/fail'

/**
 * `readiness`: the pod is not ready. `liveness`: the container is restarted. `crash`: it exits with 1 as soon as it starts.
 * The others change what a stand-in answers: `refuse` closes its ports, `hang` accepts and never answers, `http` answers
 * every HTTP request with one status, `slow` answers late.
 */
export type FailMode =
  | { readonly kind: 'readiness' | 'liveness' | 'crash' | 'refuse' | 'hang' }
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'slow'; readonly delayMs: number }

/** As a user types them; said in the Event for an unknown value. */
export const failModes = ['readiness', 'liveness', 'crash', 'refuse', 'hang', 'http=503', 'slow=250ms'] as const

/** Longer delays than this are surely a slip of the pen, and no client waits for them. */
const longestDelayMs = 600_000

/** `unknown` when the text names no mode. */
export function parseFailMode(text: string): FailMode | 'unknown' {
  switch (text) {
    case 'readiness':
    case 'liveness':
    case 'crash':
    case 'refuse':
    case 'hang':
      return { kind: text }
  }
  const status = /^http=([2-5]\d\d)$/.exec(text)?.[1]
  if (status !== undefined) return { kind: 'http', status: Number(status) }
  const delay = /^slow=(\d+(?:\.\d+)?)(ms|s)$/.exec(text)
  if (delay !== null) {
    const delayMs = Math.round(Number(delay[1]) * (delay[2] === 's' ? 1000 : 1))
    if (delayMs <= longestDelayMs) return { kind: 'slow', delayMs }
  }
  return 'unknown'
}
