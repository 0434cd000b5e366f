// Which quality-of-service class do a pod's requests and limits give it?
import type { Pod } from '../../objects/kinds/pod.ts'
import { parseQuantity } from './quantity.ts'

const resources = ['cpu', 'memory'] as const

/** Guaranteed: every container limits cpu and memory to what it requests. BestEffort: none says anything. */
export function qosClass(pod: Pod): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  let anything = false
  let guaranteed = true
  for (const container of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
    for (const resource of resources) {
      const limit = amount(container.resources?.limits?.[resource])
      const request = amount(container.resources?.requests?.[resource]) ?? limit
      if (limit !== undefined || request !== undefined) anything = true
      if (limit === undefined || request !== limit) guaranteed = false
    }
  }
  return guaranteed && anything ? 'Guaranteed' : anything ? 'Burstable' : 'BestEffort'
}

function amount(text: unknown): number | undefined {
  const value = text === undefined ? undefined : parseQuantity(String(text))
  return value === 0 ? undefined : value
}
