// What is one row of the benchmark, and has it reached what it must?

export type Unit = 'ms' | 'ratio' | 'MB' | 'requests/s' | 'µs'

/** Between what a row must reach and what it strives for, in the row's unit. */
export interface Target {
  readonly must: number
  readonly strive: number
}

export interface Measurement {
  /** The name by which the row is asked for: `npm run bench -- up`. */
  readonly row: string
  readonly what: string
  readonly unit: Unit
  /** Which way is good. */
  readonly better: 'less' | 'more'
  /** One number for each round. The median counts. */
  readonly samples: readonly number[]
  readonly target?: Target
  /** What a reader must know to read the number: what was compared, where it ran. */
  readonly note?: string
}

/** `none` where nothing is demanded: the row explains another. */
export type Verdict = 'strive' | 'must' | 'missed' | 'none'

export function verdictOf({ samples, better, target }: Measurement): Verdict {
  if (target === undefined) return 'none'
  const measured = median(samples)
  const reaches = (limit: number) => (better === 'less' ? measured <= limit : measured >= limit)
  if (reaches(target.strive)) return 'strive'
  return reaches(target.must) ? 'must' : 'missed'
}

/** Of an even count the mean of the middle two. NaN of nothing. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
