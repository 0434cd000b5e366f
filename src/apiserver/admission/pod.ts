// What the server gives a new Pod beyond its defaults: the phase it starts in, and its quality of service.
import type { Pod } from '../../objects/kinds/pod.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { Admission } from '../rest/api.ts'

export const podAdmission: Admission = {
  create: object => {
    const pod = object as Pod
    const created: Pod = { ...pod, status: { phase: 'Pending', qosClass: qosClass(pod) } }
    return created as KubeObject
  },
}

type Amounts = Readonly<Record<string, string | number>> | undefined

/** Guaranteed: every container limits cpu and memory to what it requests. BestEffort: no container asks for anything. */
export function qosClass(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
  const amounts = containers.map(({ resources }) => ({
    limits: resources?.limits as Amounts,
    requests: resources?.requests as Amounts,
  }))
  const asks = (given: Amounts, resource: string) => ![undefined, 0, '0'].includes(given?.[resource])
  const counted = ['cpu', 'memory']
  const anything = amounts.some(({ limits, requests }) =>
    counted.some(resource => asks(limits, resource) || asks(requests, resource)),
  )
  if (!anything) return 'BestEffort'
  const guaranteed = amounts.every(({ limits, requests }) =>
    counted.every(resource => {
      const limit = limits?.[resource]
      const request = requests?.[resource] ?? limit
      return asks(limits, resource) && String(limit) === String(request)
    }),
  )
  return guaranteed ? 'Guaranteed' : 'Burstable'
}
