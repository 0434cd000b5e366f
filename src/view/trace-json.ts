// A trace for programs: versioned, and with the same content as the text.
import type { LiveTrace } from '../analysis/trace/live.ts'
import type { Trace } from '../analysis/trace/trace-result.ts'

export function traceJson(trace: Trace, live?: LiveTrace): string {
  const document = { apiVersion: 'fairway.dev/v1', kind: 'Trace', ...trace, ...(live === undefined ? {} : { live }) }
  return JSON.stringify(document, null, 2)
}
