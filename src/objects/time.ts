// How does Kubernetes write a moment, and how long ago was one?

/** RFC 3339 with seconds, as metav1.Time. */
export function formatTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`
}

/** RFC 3339 with microseconds, as metav1.MicroTime (leases, event times). */
export function formatMicroTime(nowMs: number): string {
  const micros = Math.round((nowMs % 1) * 1000)
    .toString()
    .padStart(3, '0')
    .slice(0, 3)
  return `${new Date(nowMs).toISOString().slice(0, 23)}${micros}Z`
}

/** ms since the epoch; undefined for an absent or unreadable time. */
export function parseTime(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}
