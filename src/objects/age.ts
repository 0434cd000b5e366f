// How long ago, in the short form that kubectl prints: 45s, 3m20s, 5h, 68d, 2y30d.

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** Follows `HumanDuration` of k8s.io/apimachinery/pkg/util/duration: two units while small, one when large. */
export function shortAge(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / second)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.trunc(milliseconds / minute)
  if (minutes < 10) return joined(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.trunc(milliseconds / hour)
  if (hours < 8) return joined(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.trunc(milliseconds / day)
  if (hours < 192) return joined(days, 'd', hours % 24, 'h')
  if (hours < 365 * 2 * 24) return `${days}d`
  const years = Math.trunc(days / 365)
  if (hours < 365 * 8 * 24) return joined(years, 'y', days % 365, 'd')
  return `${years}y`
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}
