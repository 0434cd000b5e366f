// How does a node agent tell the API that nothing of a pod is left?
import type { Client } from '../../client/client.ts'
import { type Clock, pause } from '../../client/clock.ts'
import { isApiError } from '../../objects/api-error.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'

const firstRetryMs = 200
const longestRetryMs = 10_000

/** Deletes this very object, with no grace left, and tries again until the API has heard it or the signal aborts. */
export async function deletePod(pod: Pod, world: { client: Client; clock: Clock; signal: AbortSignal }): Promise<void> {
  const { client, clock, signal } = world
  const { name, namespace = 'default', uid } = pod.metadata
  const options = { gracePeriodSeconds: 0, ...(uid !== undefined && { preconditions: { uid } }) }
  for (let retryMs = firstRetryMs; !signal.aborted; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
    try {
      await client.delete(pods, { namespace, name }, options)
      return
    } catch (error) {
      // It is gone, or another pod has its name by now.
      if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict')) return
      await pause(clock, retryMs, signal)
    }
  }
}
