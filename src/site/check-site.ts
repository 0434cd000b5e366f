// Says what in a Site cannot be true at once: overlapping ranges, machines outside their network, names used twice.
import type { Diagnostic, Position } from '../diagnostics/diagnostic.ts'
import type { Address } from '../net/address.ts'
import { type Cidr, contains, formatCidr, overlaps } from '../net/cidr.ts'
import type { Site } from './site.ts'

type FieldPath = readonly (string | number)[]

export function checkSite(site: Site, locate: (path: FieldPath) => Position): readonly Diagnostic[] {
  return findContradictions(site).map(({ diagnostic, path }) => ({
    ...diagnostic,
    position: locate(path),
    object: `Site/${site.name}`,
  }))
}

export interface Found {
  /** The field that would have to change. */
  readonly path: FieldPath
  readonly diagnostic: Diagnostic
}

export function findContradictions(site: Site): readonly Found[] {
  return [
    ...overlappingRanges(site),
    ...strangers(site),
    ...usedTwice(site),
    ...withoutPodRange(site),
    ...dnsOutside(site),
  ]
}

function overlappingRanges(site: Site): readonly Found[] {
  const named: readonly { path: FieldPath; title: string; range: Cidr }[] = [
    ...site.lan.cidrs.map(range => ({ path: ['spec', 'lan', fieldOf(range)], title: 'the LAN', range })),
    ...site.podCidrs.map(range => ({ path: ['spec', 'pods', fieldOf(range)], title: 'the pod range', range })),
    ...site.serviceCidrs.map(range => ({
      path: ['spec', 'services', fieldOf(range)],
      title: 'the Service range',
      range,
    })),
    { path: ['spec', 'internet', 'cidr'], title: 'the internet side', range: site.internet.cidr },
  ]
  return named.flatMap((later, index) =>
    named.slice(0, index).flatMap(earlier =>
      overlaps(earlier.range, later.range)
        ? [
            {
              path: later.path,
              diagnostic: {
                code: 'FW202',
                severity: 'error',
                message: `${later.title} ${formatCidr(later.range)} overlaps ${earlier.title} ${formatCidr(earlier.range)}`,
                why: 'A packet to an address in both has two places to go, and the kernel picks the longer prefix for all of them.',
                fix: 'choose ranges that have no address in common, such as 10.244.0.0/16 for pods and 10.96.0.0/12 for Services',
              },
            } satisfies Found,
          ]
        : [],
    ),
  )
}

function strangers(site: Site): readonly Found[] {
  const machines: readonly { path: FieldPath; title: string; address: Address }[] = [
    ...site.nodes.flatMap((node, index) =>
      node.addresses.map(address => ({
        path: ['spec', 'nodes', index, 'address'],
        title: `node ${node.name}`,
        address,
      })),
    ),
    ...site.lan.gateways.map(address => ({ path: ['spec', 'lan', 'gateway'], title: 'the gateway', address })),
    ...site.lan.hosts.flatMap((host, index) =>
      host.addresses.map(address => ({
        path: ['spec', 'lan', 'hosts', index, 'address'],
        title: `host ${host.name}`,
        address,
      })),
    ),
  ]
  return machines
    .filter(({ address }) => !site.lan.cidrs.some(range => contains(range, address)))
    .map(({ path, title, address }) => ({
      path,
      diagnostic: {
        code: 'FW203',
        severity: 'error',
        message: `${title} has the address ${address}, which is outside the LAN ${site.lan.cidrs.map(formatCidr).join(', ')}`,
        why: 'Nobody on the LAN can reach it by ARP, so neither routes nor load-balancer addresses work through it.',
        fix: 'give it an address of the LAN, or correct spec.lan.cidr',
      },
    }))
}

function usedTwice(site: Site): readonly Found[] {
  const uses: readonly { path: FieldPath; what: string; owner: string }[] = [
    ...site.lan.gateways.map(address => ({
      path: ['spec', 'lan', 'gateway'],
      what: `address ${address}`,
      owner: 'the gateway',
    })),
    ...site.nodes.flatMap((node, index) => [
      { path: ['spec', 'nodes', index, 'name'], what: `name ${node.name}`, owner: `node ${index + 1}` },
      ...node.addresses.map(address => ({
        path: ['spec', 'nodes', index, 'address'],
        what: `address ${address}`,
        owner: `node ${node.name}`,
      })),
    ]),
    ...site.lan.hosts.flatMap((host, index) => [
      { path: ['spec', 'lan', 'hosts', index, 'name'], what: `name ${host.name}`, owner: `host ${index + 1}` },
      ...host.addresses.map(address => ({
        path: ['spec', 'lan', 'hosts', index, 'address'],
        what: `address ${address}`,
        owner: `host ${host.name}`,
      })),
    ]),
    ...site.ingress.map((ingress, index) => ({
      path: ['spec', 'ingress', index, 'class'],
      what: `ingress class ${ingress.className}`,
      owner: `entry ${index + 1}`,
    })),
    ...site.ingress.flatMap((ingress, index) =>
      ingress.proxy === 'nginx'
        ? [
            {
              path: ['spec', 'ingress', index, 'deployment'],
              what: `Deployment ${ingress.deployment}`,
              owner: `class ${ingress.className}`,
            },
          ]
        : [],
    ),
  ]
  const first = new Map<string, string>([
    ['name router', 'the router itself'],
    ['name internet', 'the internet side'],
    ['name lan', 'the LAN itself'],
  ])
  return uses.flatMap(({ path, what, owner }) => {
    const before = first.get(what)
    if (before === undefined) {
      first.set(what, owner)
      return []
    }
    return [
      {
        path,
        diagnostic: {
          code: 'FW204',
          severity: 'error',
          message: `${what} is used twice: by ${before} and by ${owner}`,
          why: 'The second cannot exist beside the first.',
          fix: `give ${owner} one of its own`,
        },
      } satisfies Found,
    ]
  })
}

function withoutPodRange(site: Site): readonly Found[] {
  return site.nodes.flatMap((node, index) =>
    node.podCidrs.length === site.podCidrs.length
      ? []
      : [
          {
            path: ['spec', 'pods', 'cidr'],
            diagnostic: {
              code: 'FW205',
              severity: 'error',
              message: `the pod range ${site.podCidrs.map(formatCidr).join(', ')} is too small: nothing of it is left for node ${node.name}, the ${index + 1}. of ${site.nodes.length}`,
              why: 'Every node takes a slice of its own, a /24 unless spec.pods.nodePrefix says otherwise.',
              fix: 'widen spec.pods.cidr, or raise spec.pods.nodePrefix to cut smaller slices',
            },
          } satisfies Found,
        ],
  )
}

function dnsOutside(site: Site): readonly Found[] {
  return site.dns.addresses
    .filter(address => !site.serviceCidrs.some(range => contains(range, address)))
    .map(address => ({
      path: ['spec', 'dns', 'address'],
      diagnostic: {
        code: 'FW206',
        severity: 'error',
        message: `the DNS Service's address ${address} is outside the Service range ${site.serviceCidrs.map(formatCidr).join(', ')}`,
        why: 'The API server hands out Service addresses from that range only.',
        fix: 'leave spec.dns.address away to get the tenth address of the range',
      },
    }))
}

function fieldOf(range: Cidr): string {
  return range.family === 4 ? 'cidr' : 'cidr6'
}
