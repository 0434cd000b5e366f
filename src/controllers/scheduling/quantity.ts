// How much is "250m" or "1Gi"?

const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** In base units (cores, bytes, pieces); 0 for what is no quantity, which the API server does not let in. */
export function parseQuantity(value: string | number | undefined): number {
  if (typeof value === 'number') return value
  const match = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:[eE]([+-]?\d+))?([a-zA-Z]*)$/.exec(value ?? '')
  const factor = suffixes[match?.[3] ?? '']
  if (match === null || factor === undefined) return 0
  return Number(match[1]) * 10 ** Number(match[2] ?? 0) * factor
}
