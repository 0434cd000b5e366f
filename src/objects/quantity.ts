// How much is `100m`, `1.5Gi` or `2e3`? Exact, so that amounts can be compared and added.

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/
const binary: Readonly<Record<string, bigint>> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
}
const decimal: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }

/** In billionths, the smallest amount Kubernetes keeps; rounded up like there. Undefined when it is not a quantity. */
export function parseQuantity(value: string | number): bigint | undefined {
  const match = pattern.exec(typeof value === 'number' ? value.toString() : value)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  const digits = BigInt(`${whole}${fraction}` || '0')
  const exponent = decimal[suffix] ?? (/^[eE]/.test(suffix) ? Number(suffix.slice(1)) : 0)
  if (Math.abs(exponent) > 100) return undefined
  const scaled = scale(digits * (binary[suffix] ?? 1n), exponent - fraction.length + 9)
  return sign === '-' ? -scaled : scaled
}

function scale(digits: bigint, power: number): bigint {
  if (power >= 0) return digits * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return (digits + divisor - 1n) / divisor
}
