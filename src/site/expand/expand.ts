// Which Kubernetes objects does a Site stand for?
import type { KubeObject } from '../../objects/object.ts'
import type { Site } from '../site.ts'
import { expandAgents } from './cilium.ts'
import { expandDns } from './dns.ts'
import { expandIngress } from './ingress.ts'
import { managedBy } from './labels.ts'
import { expandNodes } from './nodes.ts'

/** In the order in which they can be created: what others stand on comes first. */
export function expandSite(site: Site): readonly KubeObject[] {
  return [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'network', labels: managedBy } } satisfies KubeObject,
    ...expandNodes(site),
    ...expandAgents(),
    ...expandDns(site),
    ...expandIngress(site),
  ]
}
