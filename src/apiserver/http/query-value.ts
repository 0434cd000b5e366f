// Whether a flag of a query is set, as Go's conversion reads it: everything but `false` and `0`.
export function isTrue(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0'
}
