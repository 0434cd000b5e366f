// What the router's firewall does: addresses of the LAN and of pods leave for the internet as the router's own.
import type { Cidr } from '../../net/cidr.ts'
import { formatCidr } from '../../net/cidr.ts'
import type { NetNamespace } from '../../sys/namespace.ts'

/** nftables rules that put the router's address in place of `sources` on everything leaving by `device`. */
export function masqueradeRules(sources: readonly Cidr[], device: string): string {
  const rules = ([4, 6] as const).flatMap(family => {
    const own = sources.filter(cidr => cidr.family === family)
    if (own.length === 0) return []
    const protocol = family === 4 ? 'ip' : 'ip6'
    return [`    oifname "${device}" ${protocol} saddr { ${own.map(formatCidr).join(', ')} } masquerade`]
  })
  return [
    'table inet router {',
    '  chain postrouting {',
    '    type nat hook postrouting priority srcnat; policy accept;',
    ...rules,
    '  }',
    '}',
    '',
  ].join('\n')
}

/** Rejects with what nft said when the kernel lacks NAT. */
export async function masquerade(router: NetNamespace, sources: readonly Cidr[], device: string): Promise<void> {
  const { exitCode, stderr } = await router.run('nft', ['-f', '-'], { input: masqueradeRules(sources, device) })
  if (exitCode !== 0) throw new Error(`nft cannot set up masquerading on ${router.name}: ${stderr.trim()}`)
}
