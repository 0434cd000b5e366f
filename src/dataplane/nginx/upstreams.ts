// The upstream blocks: one for each set of endpoints, with connections that are kept open.

import { familyOf } from '../../net/address.ts'
import type { Upstream } from '../../network/routing.ts'
import { block, type Directive, directive } from './syntax/tree.ts'

/**
 * Idle connections that each worker keeps to one upstream; without them a proxied request costs six times as much. NGINX reserves
 * 100 bytes for each when it reads the configuration, so with thousands of upstreams each gets fewer.
 */
function idleConnections(upstreams: number): number {
  return Math.min(320, Math.max(16, Math.floor(64_000 / Math.max(upstreams, 1))))
}

/** Upstream id → the id whose block it uses: Services with the same endpoints (a headless twin, an alias) share connections. */
export function shareBlocks(upstreams: readonly Upstream[]): Map<string, string> {
  const byEndpoints = new Map<string, string>()
  return new Map(
    upstreams
      .filter(upstream => upstream.endpoints.length > 0)
      .map(upstream => {
        const key = upstream.endpoints.map(({ address, port }) => `${address} ${port}`).join(',')
        const owner = byEndpoints.get(key) ?? upstream.id
        byEndpoints.set(key, owner)
        return [upstream.id, owner]
      }),
  )
}

/** All share one zone, so that workers agree on whose turn it is; a zone for each would cost ten pages per Service. */
export function compileUpstreams(upstreams: readonly Upstream[]): Directive[] {
  const peers = upstreams.reduce((sum, upstream) => sum + upstream.endpoints.length, 0)
  const kibibytes = 256 + Math.ceil((upstreams.length * 1.5 + peers) / 64) * 64
  return upstreams.map(upstream =>
    block(
      'upstream',
      [upstream.id],
      [
        directive('zone', 'fw_upstreams', `${kibibytes}k`),
        ...upstream.endpoints.map(({ address, port }) =>
          directive('server', familyOf(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`),
        ),
        directive('keepalive', idleConnections(upstreams.length)),
        directive('keepalive_requests', 10_000),
        directive('keepalive_timeout', '60s'),
      ],
    ),
  )
}
