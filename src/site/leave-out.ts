// What of a Site can be built when not everything in it can be true at once?
import { addressAt, overlaps } from '../net/cidr.ts'
import { type Found, findContradictions } from './check-site.ts'
import type { Site } from './site.ts'

/**
 * The site without the machines and ingress classes that are in the way of others, so that a mistake in one line costs that line
 * and no more. Undefined when nothing sensible is left: no gateway on the LAN, no node, an internet that is the LAN.
 */
export function leaveOutContradictions(site: Site): Site | undefined {
  let rest: Site | undefined = withoutPodsOnLan(site)
  // One after the other: with the first one gone, the next may be in nobody's way any more.
  for (;;) {
    const found: Found | undefined = findContradictions(rest).find(candidate => !isBearable(candidate))
    if (found === undefined) break
    rest = leaveOut(rest, found)
    if (rest === undefined) return undefined
  }
  const internetIsLan = rest.lan.cidrs.some(range => overlaps(range, site.internet.cidr))
  return rest.nodes.length === 0 || internetIsLan ? undefined : rest
}

/** Ranges that overlap are trouble only for the addresses that are in both. */
function isBearable({ diagnostic }: Found): boolean {
  return diagnostic.code === 'FW202'
}

function leaveOut(site: Site, { path, diagnostic }: Found): Site | undefined {
  const [, part, second, third] = path
  if (part === 'nodes') return { ...site, nodes: site.nodes.toSpliced(Number(second), 1) }
  if (part === 'ingress') return { ...site, ingress: site.ingress.toSpliced(Number(second), 1) }
  if (part === 'lan' && second === 'hosts')
    return { ...site, lan: { ...site.lan, hosts: site.lan.hosts.toSpliced(Number(third), 1) } }
  if (part === 'dns') {
    const usual = site.serviceCidrs.slice(0, 1).flatMap(range => addressAt(range, 10) ?? [])
    return usual.length === 0 ? undefined : { ...site, dns: { ...site.dns, addresses: usual } }
  }
  if (part === 'pods' && diagnostic.code === 'FW205')
    return { ...site, nodes: site.nodes.filter(node => node.podCidrs.length === site.podCidrs.length) }
  return undefined
}

/** Their addresses would be the LAN's, and everybody would look for them there. */
function withoutPodsOnLan(site: Site): Site {
  const isOnLan = (node: Site['nodes'][number]) =>
    node.podCidrs.some(own => site.lan.cidrs.some(range => overlaps(own, range)))
  return { ...site, nodes: site.nodes.filter(node => !isOnLan(node)) }
}
