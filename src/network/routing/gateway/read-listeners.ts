// Which listeners of a Gateway this proxy can serve: HTTP on port 80, HTTPS on port 443, each perhaps for one host name.
import type { Diagnostic } from '../../../diagnostics/diagnostic.ts'
import type { Gateway } from '../../../objects/kinds/gateway.ts'
import { checkDns1123Subdomain, checkWildcardSubdomain } from '../../../objects/names.ts'
import { describeObject } from '../../../objects/object.ts'
import type { RouteCondition } from '../../routing.ts'
import { creationOf } from '../claim.ts'

type SpecListener = NonNullable<Gateway['spec']>['listeners'][number]

export interface Listener {
  readonly name: string
  readonly port: number
  readonly scheme: 'http' | 'https'
  /** Absent: every host. */
  readonly hostname?: string
  readonly secrets: readonly { readonly namespace: string; readonly name: string; readonly field: string }[]
  readonly allowed: NonNullable<SpecListener['allowedRoutes']>
  readonly accepted: RouteCondition
  readonly resolvedRefs: RouteCondition
}

export interface ReadGateway {
  readonly gateway: Gateway
  readonly createdAt: number
  readonly listeners: readonly Listener[]
  readonly diagnostics: readonly Diagnostic[]
}

export const accepted: RouteCondition = { status: 'True', reason: 'Accepted', message: 'Accepted' }
export const resolved: RouteCondition = {
  status: 'True',
  reason: 'ResolvedRefs',
  message: 'All references are resolved',
}

export function readListeners(gateway: Gateway): ReadGateway {
  const diagnostics: Diagnostic[] = []
  const listeners = (gateway.spec?.listeners ?? []).map((listener, index) => {
    const read = readListener(gateway, { listener, index })
    for (const condition of [read.accepted, read.resolvedRefs]) {
      if (condition.status === 'True') continue
      diagnostics.push({
        code: 'FW430',
        severity: 'error',
        object: describeObject(gateway),
        field: `spec.listeners[${index}]`,
        message: `${describeObject(gateway)}: spec.listeners[${index}] (${listener.name}): ${condition.message}`,
        why:
          condition === read.accepted
            ? 'No route is served on this listener.'
            : 'The listener serves with the default certificate.',
        fix:
          condition === read.accepted
            ? 'serve HTTP on port 80 and HTTPS on port 443; for anything else use a Service of type LoadBalancer'
            : 'name a Secret of the namespace of the Gateway',
      })
    }
    return read
  })
  return { gateway, createdAt: creationOf(gateway), listeners, diagnostics }
}

interface Place {
  readonly listener: SpecListener
  readonly index: number
}

function readListener(gateway: Gateway, { listener, index }: Place): Listener {
  const scheme = listener.protocol === 'HTTPS' ? 'https' : 'http'
  const references = referencesOf(gateway, { listener, index })
  return {
    name: listener.name,
    port: listener.port,
    scheme,
    ...(listener.hostname !== undefined && listener.hostname !== '' && { hostname: listener.hostname }),
    secrets: scheme === 'https' ? references.secrets : [],
    allowed: listener.allowedRoutes ?? {},
    accepted: acceptance(listener),
    resolvedRefs: references.condition,
  }
}

function acceptance(listener: SpecListener): RouteCondition {
  const refuse = (reason: string, message: string): RouteCondition => ({ status: 'False', reason, message })
  const { protocol, port, hostname } = listener
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') {
    return refuse('UnsupportedProtocol', `protocol ${JSON.stringify(protocol)} is not served here; HTTP and HTTPS are`)
  }
  const ours = protocol === 'HTTP' ? 80 : 443
  if (port !== ours)
    return refuse('PortUnavailable', `${protocol} on port ${port} is not served here; use port ${ours}`)
  if (protocol === 'HTTPS' && listener.tls?.mode === 'Passthrough') {
    return refuse('UnsupportedValue', 'tls.mode Passthrough is not served here; use Terminate')
  }
  if (hostname !== undefined && hostname !== '') {
    const problem = hostname.startsWith('*') ? checkWildcardSubdomain(hostname) : checkDns1123Subdomain(hostname)
    if (problem !== undefined) return refuse('UnsupportedValue', `hostname ${JSON.stringify(hostname)} is no host name`)
  }
  return accepted
}

function referencesOf(
  gateway: Gateway,
  { listener, index }: Place,
): { readonly secrets: Listener['secrets']; readonly condition: RouteCondition } {
  const own = gateway.metadata.namespace ?? 'default'
  const secrets: { namespace: string; name: string; field: string }[] = []
  let condition = resolved
  for (const [refIndex, ref] of (listener.tls?.certificateRefs ?? []).entries()) {
    const field = `spec.listeners[${index}].tls.certificateRefs[${refIndex}]`
    if ((ref.group ?? '') !== '' || (ref.kind ?? 'Secret') !== 'Secret') {
      condition = {
        status: 'False',
        reason: 'InvalidCertificateRef',
        message: `${field} is a ${ref.kind ?? ''}, only Secrets are known`,
      }
    } else if ((ref.namespace ?? own) !== own) {
      const message = `${field} leads to namespace ${ref.namespace ?? ''}, which needs a ReferenceGrant there; Fairway knows no ReferenceGrants yet`
      condition = { status: 'False', reason: 'RefNotPermitted', message }
    } else {
      secrets.push({ namespace: own, name: ref.name, field })
    }
  }
  return { secrets, condition }
}
