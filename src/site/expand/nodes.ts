// Turns the site's machines into Node objects.
import { formatCidr } from '../../net/cidr.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Site } from '../site.ts'

export function expandNodes(site: Site): readonly KubeObject[] {
  return site.nodes.map(node => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node.name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': node.name,
        'kubernetes.io/os': 'linux',
        ...Object.fromEntries(node.roles.map(role => [`node-role.kubernetes.io/${role}`, ''])),
      },
    },
    spec: {
      ...(node.podCidrs[0] === undefined ? {} : { podCIDR: formatCidr(node.podCidrs[0]) }),
      podCIDRs: node.podCidrs.map(formatCidr),
    },
  }))
}
