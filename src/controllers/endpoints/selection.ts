// Which pods does a Service select, and which Services select a pod, without looking at all of them?
import type { Index, Informer } from '../../client/informer.ts'
import type { Pod } from '../../objects/kinds/pod.ts'
import type { Service } from '../../objects/kinds/service.ts'
import { matchesMap } from '../../objects/selector.ts'

export interface Selection {
  podsOf(service: Service): Iterable<Pod>
  servicesOf(pod: Pod): Iterable<Service>
}

export function createSelection(services: Informer<Service>, pods: Informer<Pod>): Selection {
  /** By one term of the selector: a pod that the Service selects has that label. */
  const servicesByTerm = services.indexBy(service => {
    const first = Object.entries(service.spec?.selector ?? {})[0]
    return first === undefined ? [] : [term(service.metadata.namespace, first)]
  })
  const podsByLabel: Index<Pod> = pods.indexBy(pod =>
    Object.entries(pod.metadata.labels ?? {}).map(label => term(pod.metadata.namespace, label)),
  )
  return {
    podsOf(service) {
      const { selector } = service.spec ?? {}
      const buckets = Object.entries(selector ?? {}).map(label => podsByLabel(term(service.metadata.namespace, label)))
      const smallest = buckets.reduce((a, b) => (b.size < a.size ? b : a), buckets[0] ?? new Set<Pod>())
      return smallest.values().filter(pod => matchesMap(selector, pod.metadata.labels))
    },
    *servicesOf(pod) {
      for (const label of Object.entries(pod.metadata.labels ?? {})) {
        for (const service of servicesByTerm(term(pod.metadata.namespace, label))) {
          if (matchesMap(service.spec?.selector, pod.metadata.labels)) yield service
        }
      }
    },
  }
}

function term(namespace: string | undefined, [key, value]: readonly [string, string]): string {
  return `${namespace ?? ''} ${key}=${value}`
}
