// How are things compared that run on one machine, so that what the machine does besides hits all of them alike?

/**
 * Runs every variant once in each round, one after the other, every second round backwards. Answers what each gave, in the order of
 * the rounds.
 */
export async function alternate<Name extends string, Sample>(
  rounds: number,
  variants: Readonly<Record<Name, () => Promise<Sample>>>,
): Promise<Readonly<Record<Name, readonly Sample[]>>> {
  const names = Object.keys(variants) as Name[]
  const samples = Object.fromEntries(names.map(name => [name, [] as Sample[]])) as Record<Name, Sample[]>
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) samples[name].push(await variants[name]())
  }
  return samples
}

/** A to B, round by round. */
export function ratios(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.map((value, round) => value / (b[round] ?? Number.NaN))
}
