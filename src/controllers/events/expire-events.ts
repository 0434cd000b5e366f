// Removes Events that nobody needs any more: of what happens all day long only the last hour is kept.
import { isApiError } from '../../objects/api-error.ts'
import { type Event, events } from '../../objects/kinds/event.ts'
import { parseTime } from '../../objects/time.ts'
import type { ControllerOptions } from '../framework/context.ts'
import { type Controller, runController } from '../framework/controller.ts'
import { addressOf } from '../framework/writer.ts'

/** As upstream's `--event-ttl`: counted from the last time it happened. */
const keptMs = 60 * 60_000
const longestPauseMs = 60_000
/** Removed per turn, so that a storm of an hour ago does not hold up what happens now. */
const perTurn = 200

export function startEventExpiry(options: ControllerOptions): Controller {
  const { client, clock } = options

  async function reconcile() {
    const { items } = await client.list<Event>(events)
    const nowMs = clock.now()
    const expiries = items.map(event => ({ event, inMs: lastSeenMs(event) + keptMs - nowMs }))
    const expired = expiries.filter(({ inMs }) => inMs <= 0)
    await Promise.all(expired.slice(0, perTurn).map(({ event }) => remove(event)))
    return { againInMs: expired.length > perTurn ? 1 : longestPauseMs }
  }

  async function remove(event: Event): Promise<void> {
    const { resourceVersion } = event.metadata
    try {
      // By its version: one that has just happened once more stays.
      const preconditions = resourceVersion === undefined ? {} : { preconditions: { resourceVersion } }
      await client.delete(events, addressOf(event), preconditions)
    } catch (error) {
      if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error
    }
  }

  return runController(options, {
    name: 'event-expiry',
    needs: [],
    reconcile,
    subscribe: queue => {
      queue.add('events')
      return []
    },
  })
}

/** ms since the epoch. */
function lastSeenMs({ metadata, lastTimestamp, firstTimestamp, eventTime, series }: Event): number {
  const times = [series?.lastObservedTime, lastTimestamp, firstTimestamp, eventTime, metadata.creationTimestamp]
  return Math.max(...times.map(time => parseTime(time ?? undefined) ?? 0))
}
