// What does a pod read of itself through fieldRef and resourceFieldRef?
import type { Address } from '../../net/address.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import { parseQuantity } from '../../objects/quantity.ts'
import type { ContainerSpec } from './pod-types.ts'

export interface PodFacts {
  readonly pod: Pod
  readonly nodeName: string
  readonly addresses: readonly Address[]
  readonly hostAddresses: readonly Address[]
  /** Stands for a limit that is not set. */
  readonly allocatable: Readonly<Record<string, string>>
}

/** Undefined for a path the kubelet does not know. */
export function fieldValue({ pod, nodeName, addresses, hostAddresses }: PodFacts, path: string): string | undefined {
  const { metadata, spec } = pod
  const entry = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path)
  if (entry !== null) return metadata[entry[1] === 'labels' ? 'labels' : 'annotations']?.[entry[2] ?? ''] ?? ''
  switch (path) {
    case 'metadata.name':
      return metadata.name
    case 'metadata.namespace':
      return metadata.namespace ?? 'default'
    case 'metadata.uid':
      return metadata.uid ?? ''
    case 'metadata.labels':
      return mapText(metadata.labels)
    case 'metadata.annotations':
      return mapText(metadata.annotations)
    case 'spec.nodeName':
      return nodeName
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? 'default'
    case 'status.hostIP':
      return hostAddresses[0] ?? ''
    case 'status.hostIPs':
      return hostAddresses.join(',')
    case 'status.podIP':
      return addresses[0] ?? ''
    case 'status.podIPs':
      return addresses.join(',')
    default:
      return undefined
  }
}

/** Quantities are counted in billionths. */
const oneUnit = 1_000_000_000n

/** The amount in units of the divisor, rounded up. Undefined for a resource that is not named like one. */
export function resourceValue(
  facts: PodFacts,
  container: ContainerSpec,
  field: { readonly resource: string; readonly divisor?: string | number },
): string | undefined {
  const match = /^(limits|requests)\.(.+)$/.exec(field.resource)
  if (match === null) return undefined
  const [, list, resource = ''] = match
  const declared = container.resources?.[list === 'limits' ? 'limits' : 'requests']?.[resource]
  const text = declared ?? (list === 'limits' ? facts.allocatable[resource] : '0') ?? '0'
  const amount = parseQuantity(String(text))
  const divisor = parseQuantity(String(field.divisor ?? '1')) || oneUnit
  return amount === undefined ? undefined : String((amount + divisor - 1n) / divisor)
}

/** `key="value"` a line, sorted, as downward API volumes hold labels and annotations. */
function mapText(map: Readonly<Record<string, string>> = {}): string {
  return Object.keys(map)
    .sort()
    .map(key => `${key}=${JSON.stringify(map[key])}`)
    .join('\n')
}
