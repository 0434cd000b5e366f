// What packets showed of a trace's hops, and whether that agrees with what the model said.
import type { Trace } from './trace-result.ts'

export interface LiveHop {
  /** What the hop should show was there, was not there, or nobody could look. */
  readonly kind: 'seen' | 'not-seen' | 'not-looked-at'
  readonly what: string
}

export interface LiveResult {
  /** False when it is not known what to send where. */
  readonly sent: boolean
  readonly arrived: boolean
  /** Who answered what, or how it failed. */
  readonly what: string
  readonly ms: number
}

export interface LiveTrace {
  /** One for each hop of the trace. */
  readonly hops: readonly LiveHop[]
  readonly result: LiveResult
  /** Absent when the model could not tell. */
  readonly agrees?: boolean
  /** Index of the first hop that was not seen although it should have been. */
  readonly brokenHop?: number
}

/** Sets what was seen against what was predicted. */
export function judgeLive(
  { hops: predicted, verdict }: Trace,
  hops: readonly LiveHop[],
  result: LiveResult,
): LiveTrace {
  if (!result.sent && verdict.kind === 'unknown') return { hops, result }
  const broken = hops.findIndex(({ kind }, index) => kind === 'not-seen' && predicted[index]?.outcome === 'passes')
  return {
    hops,
    result,
    ...(verdict.kind === 'unknown' ? {} : { agrees: result.arrived === (verdict.kind === 'yes') && broken < 0 }),
    ...(broken < 0 ? {} : { brokenHop: broken }),
  }
}
