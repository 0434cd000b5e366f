// Which host names a pattern covers, and which of two patterns is the more specific.

/** `*.example.org` covers one more label, as certificates and Ingress rules have it; `**.example.org` one or more. */
export function hostCovers(pattern: string, host: string): boolean {
  if (pattern === host) return true
  if (pattern.startsWith('**.')) return host.replace(/^\*\*?\./, 'any.').endsWith(pattern.slice(2))
  if (!pattern.startsWith('*.') || host.startsWith('**.')) return false
  const dot = host.indexOf('.')
  return dot > 0 && host.slice(dot) === pattern.slice(1)
}

export function isWildcard(host: string): boolean {
  return host.startsWith('*')
}

/** The part after `*.` or `**.`. */
export function suffixOf(host: string): string {
  return host.replace(/^\*\*?\./, '')
}
