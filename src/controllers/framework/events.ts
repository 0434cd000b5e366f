// How does a controller tell the user what it did, so that `kubectl describe` shows it?

import { isApiError } from '../../objects/api-error.ts'
import type { KindRef } from '../../objects/kind.ts'
import { apiVersionOf } from '../../objects/kind.ts'
import { type Event, events } from '../../objects/kinds/event.ts'
import type { KubeObject } from '../../objects/object.ts'
import { formatTime } from '../../objects/time.ts'
import type { ControllerOptions } from './context.ts'

export interface EventNote {
  readonly type: 'Normal' | 'Warning'
  /** One word, such as `SuccessfulCreate`. */
  readonly reason: string
  readonly message: string
}

export interface EventRecorder {
  /** Returns at once. Events are for the reader: one that cannot be written is dropped. */
  record(kind: KindRef, about: KubeObject, note: EventNote): void
  /** Resolves when everything recorded so far is written. */
  written(): Promise<void>
}

interface Known {
  readonly key: { readonly namespace: string; readonly name: string }
  count: number
}

/** Written per turn of the event loop: real work goes first when hundreds of pods start at once. */
const writesPerTurn = 32
/** How many distinct events are remembered for counting repetitions. */
const longestMemory = 4096
/** Upstream waits longer; a user of the lab reads the count while it grows. */
const oldestRepetitionMs = 10 * 60_000

export function createEventRecorder(options: ControllerOptions, component: string): EventRecorder {
  const { client, clock, signal } = options
  const known = new Map<string, Known & { lastAt: number }>()
  const queue: (() => Promise<unknown>)[] = []
  let draining: Promise<void> | undefined
  let sequence = 0

  async function drain(): Promise<void> {
    while (queue.length > 0 && !signal.aborted) {
      await new Promise<void>(resolve => setImmediate(resolve))
      await Promise.allSettled(queue.splice(0, writesPerTurn).map(write => write()))
    }
    draining = undefined
  }

  function enqueue(write: () => Promise<unknown>): void {
    queue.push(write)
    draining ??= drain()
  }

  return {
    record(kind, about, note) {
      if (signal.aborted) return
      const nowMs = clock.now()
      const now = formatTime(nowMs)
      const id = JSON.stringify([about.metadata.uid, note.type, note.reason, note.message])
      const repeated = known.get(id)
      if (repeated !== undefined && nowMs - repeated.lastAt < oldestRepetitionMs) {
        repeated.lastAt = nowMs
        const patch = { count: ++repeated.count, lastTimestamp: now }
        enqueue(async () => {
          try {
            await client.patch(events, repeated.key, { type: 'merge', patch })
          } catch (error) {
            // Somebody deleted it: the next time it is told anew.
            if (isApiError(error, 'NotFound')) known.delete(id)
            else throw error
          }
        })
        return
      }
      const namespace = about.metadata.namespace ?? 'default'
      // Name and moment make it unique, as upstream; the counter stands for the nanoseconds that ms do not have.
      sequence = (sequence + 1) % 1_000_000
      const stamp = (BigInt(Math.trunc(nowMs)) * 1_000_000n + BigInt(sequence)).toString(16)
      const name = `${about.metadata.name}.${stamp}`
      known.set(id, { key: { namespace, name }, count: 1, lastAt: nowMs })
      forgetOldest(known)
      const event: Event = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
        involvedObject: {
          apiVersion: apiVersionOf(kind.group, kind.version),
          kind: kind.kind,
          name: about.metadata.name,
          ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
          ...(about.metadata.uid === undefined ? {} : { uid: about.metadata.uid }),
          ...(about.metadata.resourceVersion === undefined ? {} : { resourceVersion: about.metadata.resourceVersion }),
        },
        ...note,
        source: { component },
        reportingComponent: component,
        reportingInstance: '',
        firstTimestamp: now,
        lastTimestamp: now,
        count: 1,
      }
      enqueue(() => client.create(events, event))
    },
    async written() {
      while (draining !== undefined) await draining
    },
  }
}

function forgetOldest(known: Map<string, unknown>): void {
  if (known.size <= longestMemory) return
  for (const id of known.keys()) {
    known.delete(id)
    return
  }
}
