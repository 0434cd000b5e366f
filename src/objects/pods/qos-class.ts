// Which quality-of-service class do a pod's requests and limits give it?
import type { Pod } from '../kinds/pod.ts'
import { parseQuantity } from '../quantity.ts'

const resources = ['cpu', 'memory'] as const

/** Guaranteed: every container limits cpu and memory to what it requests. BestEffort: none says anything. */
export function qosClass({ spec }: Pick<Pod, 'spec'>): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  let anything = false
  let guaranteed = true
  for (const container of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
    for (const resource of resources) {
      const limit = amount(container.resources?.limits?.[resource])
      const request = amount(container.resources?.requests?.[resource]) ?? limit
      if (limit !== undefined || request !== undefined) anything = true
      if (limit === undefined || request !== limit) guaranteed = false
    }
  }
  return guaranteed && anything ? 'Guaranteed' : anything ? 'Burstable' : 'BestEffort'
}

/** Nothing asked for is like nothing said. */
function amount(value: string | number | undefined): bigint | undefined {
  const parsed = value === undefined ? undefined : parseQuantity(value)
  return parsed === 0n ? undefined : parsed
}
