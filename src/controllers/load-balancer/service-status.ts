// What does a Service's status say of its load-balancer addresses?
import type { ServiceAddresses } from '../../network/load-balancer/allocate.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { formatTime } from '../../objects/time.ts'

const conditionType = 'cilium.io/IPAMRequestSatisfied'

type Status = NonNullable<Service['status']>
type Condition = NonNullable<Status['conditions']>[number]

/** Present on every Service that has or had a request with us. */
export function satisfiedCondition(service: Service): Condition | undefined {
  return service.status?.conditions?.find(({ type }) => type === conditionType)
}

export function addressesIn(service: Service): readonly string[] {
  return (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? [])
}

export function serviceStatus(
  service: Service,
  { granted, now }: { readonly granted: ServiceAddresses; readonly now: number },
): Status {
  const before = satisfiedCondition(service)
  const status = granted.reason === 'satisfied' ? 'True' : 'False'
  const condition: Condition = {
    type: conditionType,
    status,
    reason: granted.reason,
    message: granted.message,
    observedGeneration: service.metadata.generation ?? 0,
    // The moment of the last change of `status`, as for every condition.
    lastTransitionTime: before?.status === status ? before.lastTransitionTime : formatTime(now),
  }
  const ports = service.status?.loadBalancer?.ingress?.find(({ ports }) => ports !== undefined)?.ports
  return {
    ...service.status,
    conditions: [...others(service), condition],
    loadBalancer:
      granted.addresses.length === 0
        ? {}
        : { ingress: granted.addresses.map(ip => ({ ip, ipMode: 'VIP', ...(ports === undefined ? {} : { ports }) })) },
  }
}

/** It is no load balancer of ours any more: addresses and condition go, what others wrote stays. */
export function releasedStatus(service: Service): Status {
  const { conditions: _, ...rest } = service.status ?? {}
  const remaining = others(service)
  return { ...rest, ...(remaining.length === 0 ? {} : { conditions: remaining }), loadBalancer: {} }
}

function others(service: Service): readonly Condition[] {
  return (service.status?.conditions ?? []).filter(({ type }) => type !== conditionType)
}
