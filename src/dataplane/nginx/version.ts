// Which NGINX this is, and what it can do.

export interface NginxVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** Reads what `nginx -v` prints: `nginx version: nginx/1.22.1`. */
export function parseVersion(output: string): NginxVersion | undefined {
  const match = /nginx\/(\d+)\.(\d+)\.(\d+)/.exec(output)
  if (match === null) return undefined
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) }
}

export function isAtLeast(version: NginxVersion, [major, minor, patch]: readonly [number, number, number]): boolean {
  return (version.major - major || version.minor - minor || version.patch - patch) >= 0
}

/** `http2 on;` per server; before it HTTP/2 is a parameter of `listen`, which 1.25.1 deprecates. */
export function hasHttp2Directive(version: NginxVersion): boolean {
  return isAtLeast(version, [1, 25, 1])
}

/** Ticket keys live in the shared session cache and rotate by themselves, so tickets stay valid over a reload and expire. */
export function rotatesTicketKeys(version: NginxVersion): boolean {
  return isAtLeast(version, [1, 23, 2])
}
