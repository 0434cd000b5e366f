// A trace as people read it: one line for each hop with its mark, what led to it below, and the answer at the end.
import type { LiveHop, LiveTrace } from '../analysis/trace/live.ts'
import type { Detail, Hop, Trace, Verdict } from '../analysis/trace/trace-result.ts'

export interface TraceTextOptions {
  readonly color: boolean
  /** What packets showed, where they were sent. */
  readonly live?: LiveTrace
}

type Paint = (code: number, text: string) => string

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const
const kindWidth = 9

export function traceText(trace: Trace, { color, live }: TraceTextOptions): string {
  const paint: Paint = (code, text) => (color ? `\u001B[${code}m${text}\u001B[0m` : text)
  const lines = trace.hops.flatMap((hop, index) => hopLines(hop, live?.hops[index], paint))
  return [
    paint(codes.bold, `${trace.from} → ${trace.to}`),
    '',
    ...lines,
    '',
    ...verdictLines(trace.verdict, paint),
    ...(live === undefined ? [] : liveLines(live, trace, paint)),
  ].join('\n')
}

function hopLines(hop: Hop, seen: LiveHop | undefined, paint: Paint): string[] {
  const mark = markOf(hop, paint)
  const observed = seen === undefined ? [] : [`              ${seenText(seen, paint)}`]
  return [
    `${mark} ${hop.kind.padEnd(kindWidth)}  ${hop.says}`,
    ...hop.details.map(detail => paint(codes.dim, `              ${detailText(detail)}`)),
    ...observed,
  ]
}

function markOf({ outcome }: Hop, paint: Paint): string {
  switch (outcome) {
    case 'passes':
      return paint(codes.green, '✓')
    case 'stops':
      return paint(codes.red, '✗')
    case 'unclear':
      return paint(codes.yellow, '?')
  }
}

function detailText({ text, object, field, position }: Detail): string {
  const place = position === undefined ? '' : `  ${position.file}:${position.line}`
  const named = object === undefined || text.includes(object.replace('/', ' ')) ? '' : `  ${object}`
  const part = field === undefined || text.includes(field) ? '' : ` ${field}`
  return `${text}${named}${part}${place}`
}

function seenText({ kind, what }: LiveHop, paint: Paint): string {
  switch (kind) {
    case 'seen':
      return `${paint(codes.green, 'seen')}      ${what}`
    case 'not-seen':
      return `${paint(codes.red, 'NOT SEEN')}  ${what}`
    case 'not-looked-at':
      return paint(codes.dim, `not looked at: ${what}`)
  }
}

function verdictLines(verdict: Verdict, paint: Paint): string[] {
  switch (verdict.kind) {
    case 'yes':
      return [
        paint(codes.green, 'yes: it arrives'),
        ...verdict.assuming.map(text => paint(codes.dim, `  assuming that ${text}`)),
      ]
    case 'no':
      return [paint(codes.red, `no: ${verdict.why}`), ...(verdict.fix === undefined ? [] : [`  fix: ${verdict.fix}`])]
    case 'unknown':
      return [paint(codes.yellow, `unknown: ${verdict.why}`)]
  }
}

function liveLines({ result, agrees, brokenHop }: LiveTrace, { hops }: Trace, paint: Paint): string[] {
  if (!result.sent) return [`packets: none was sent: ${result.what}`]
  const judgement =
    agrees === undefined
      ? 'there was no prediction to compare it with'
      : agrees
        ? 'as predicted'
        : paint(codes.red, 'NOT as predicted')
  const word = result.arrived ? paint(codes.green, 'arrived') : paint(codes.red, 'did not arrive')
  const broken = brokenHop === undefined ? undefined : hops[brokenHop]
  return [
    `packets: ${word}: ${result.what} (${Math.round(result.ms)} ms); ${judgement}`,
    ...(broken === undefined ? [] : [`  the first hop that was not seen: ${broken.kind}: ${broken.says}`]),
  ]
}
