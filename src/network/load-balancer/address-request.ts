// What does a Service ask of load-balancer address management?
import { type Address, type Family, parseAddress } from '../../net/address.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { keyOf } from '../../objects/object.ts'
import type { Labels } from '../../objects/selector.ts'
import { selectableLabels } from './synthetic-labels.ts'

/** Answered to by one condition and a list of addresses. */
export interface AddressRequest {
  readonly key: string
  readonly namespace: string
  readonly createdMs: number
  readonly labels: Labels
  /** These very addresses; then `families` does not count. */
  readonly addresses: readonly Address[]
  /** One address of each. */
  readonly families: readonly Family[]
  /** What the status says now. */
  readonly held: readonly Address[]
  readonly sharing: Sharing
}

export interface Sharing {
  readonly key: string
  /** `*`, or the namespaces it may share with besides its own. */
  readonly namespaces: ReadonlySet<string>
  readonly permitsDifferentPods: boolean
  readonly ports: readonly { readonly port: number; readonly protocol: string }[]
  readonly trafficPolicy: 'Cluster' | 'Local'
  readonly selector: Labels
}

export function addressRequest(service: Service, enabled: readonly Family[]): AddressRequest {
  const { metadata, spec = {}, status } = service
  const namespace = metadata.namespace ?? 'default'
  const createdMs = Date.parse(metadata.creationTimestamp ?? '')
  const annotation = (name: string) =>
    metadata.annotations?.[`lbipam.cilium.io/${name}`] ?? metadata.annotations?.[`io.cilium/lb-ipam-${name}`] ?? ''
  const requested = [spec.loadBalancerIP ?? '', ...annotation('ips').split(',')]
  return {
    key: keyOf(service),
    namespace,
    createdMs: Number.isNaN(createdMs) ? 0 : createdMs,
    labels: selectableLabels({ namespace, name: metadata.name, labels: metadata.labels ?? {} }),
    addresses: addressesOf(requested),
    families: familiesFor(service, enabled),
    held: addressesOf((status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip ?? '')),
    sharing: {
      key: annotation('sharing-key'),
      namespaces: new Set(
        annotation('sharing-cross-namespace')
          .split(',')
          .map(text => text.trim())
          .filter(text => text !== ''),
      ),
      // The words that Go's ParseBool takes for true, as upstream reads them.
      permitsDifferentPods: /^(1|t|T|TRUE|true|True)$/.test(annotation('sharing-permit-different-pods')),
      ports: (spec.ports ?? []).map(({ port, protocol = 'TCP' }) => ({ port, protocol })),
      trafficPolicy: spec.externalTrafficPolicy ?? 'Cluster',
      selector: spec.selector ?? {},
    },
  }
}

/** Upstream skips what it cannot read, and so do we. */
function addressesOf(texts: readonly string[]): readonly Address[] {
  return [...new Set(texts.flatMap(text => parseAddress(text.trim()) ?? []))]
}

/** Upstream's rule, with its corner: SingleStack follows ipFamilies even into a family that the cluster lacks. */
function familiesFor({ spec = {} }: Service, enabled: readonly Family[]): readonly Family[] {
  const listed = (spec.ipFamilies ?? []).map((family): Family => (family === 'IPv6' ? 6 : 4))
  const fallback: readonly Family[] = enabled.includes(4) ? [4] : enabled.slice(0, 1)
  switch (spec.ipFamilyPolicy) {
    case 'RequireDualStack':
      return enabled
    case 'PreferDualStack':
      return listed.length === 0 ? enabled : listed.filter(family => enabled.includes(family))
    default:
      return listed.length === 0 ? fallback : listed.slice(0, 1)
  }
}
