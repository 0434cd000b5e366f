// May two Services have the same load-balancer address, and if not, why?
import type { AddressRequest } from './address-request.ts'

/** Undefined when they may; else the reason, to go after "cannot share it with …: ". */
export function whyNotShared(a: AddressRequest, b: AddressRequest): string | undefined {
  const [left, right] = [a.sharing, b.sharing]
  if (left.key === '' || left.key !== right.key) return 'their sharing keys differ'
  if (a.namespace !== b.namespace && !(admits(a, b) && admits(b, a))) {
    return 'both must permit the namespace of the other with lbipam.cilium.io/sharing-cross-namespace'
  }
  for (const { port, protocol } of left.ports) {
    if (right.ports.some(other => other.port === port && other.protocol === protocol))
      return `both use port ${port}/${protocol}`
  }
  if (left.trafficPolicy !== right.trafficPolicy) return 'their externalTrafficPolicy differs'
  return left.trafficPolicy === 'Local' ? whyNotLocal(a, b) : undefined
}

function admits(one: AddressRequest, other: AddressRequest): boolean {
  return one.sharing.namespaces.has('*') || one.sharing.namespaces.has(other.namespace)
}

/** With Local, the node that announces must have pods of both, which only equal selectors promise. */
function whyNotLocal({ sharing: a }: AddressRequest, { sharing: b }: AddressRequest): string | undefined {
  if (Object.keys(a.selector).length === 0 || Object.keys(b.selector).length === 0) {
    return 'with externalTrafficPolicy Local both need a selector'
  }
  if (a.permitsDifferentPods && b.permitsDifferentPods) return undefined
  const text = (selector: object) => JSON.stringify(Object.entries(selector).sort())
  return text(a.selector) === text(b.selector)
    ? undefined
    : 'with externalTrafficPolicy Local their selectors must be equal'
}
