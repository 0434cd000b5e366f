// What of a Pod object matters to the network.
import { isTrue } from '../../objects/conditions.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { keyOf } from '../../objects/object.ts'
import type { PodModel } from '../model.ts'
import { addressesIn } from './addresses-in.ts'

export function resolvePod(pod: Pod): PodModel {
  const { spec, status, metadata } = pod
  // The address of a pod that has ended may belong to another pod by now.
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed'
  const addresses = hasEnded ? [] : addressesIn([status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)])
  return {
    key: keyOf(pod),
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
    addresses,
    hostNetwork: spec?.hostNetwork === true,
    ready: isTrue(status?.conditions, 'Ready'),
    labels: metadata.labels ?? {},
    ...(spec?.hostname === undefined ? {} : { hostname: spec.hostname }),
    ...(spec?.subdomain === undefined ? {} : { subdomain: spec.subdomain }),
  }
}
