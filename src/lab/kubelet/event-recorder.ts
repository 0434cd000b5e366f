// How do Events about pods reach the API without getting in the way of what they tell of?

import type { Client } from '../../client/client.ts'
import type { Clock } from '../../client/clock.ts'
import { isApiError } from '../../objects/api-error.ts'
import { type Event, events } from '../../objects/kinds/event.ts'
import type { KubeObject } from '../../objects/object.ts'
import { formatTime } from '../../objects/time.ts'

export interface EventText {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** `spec.containers{name}` and the like. */
  readonly fieldPath?: string
}

export interface EventRecorder {
  /** Returns at once; the Event is written soon. What cannot be written is dropped: Events are best effort. */
  record(object: KubeObject, text: EventText): void
}

interface Series {
  readonly key: string
  readonly object: KubeObject
  readonly text: EventText
  readonly firstMs: number
  lastMs: number
  count: number
  /** Set once the Event exists. */
  name: string | undefined
  isQueued: boolean
}

/** Events wait while pods start: a few are written per turn, so that a thousand of them never hold up a status. */
const perTurn = 8
const turnMs = 20
/** Beyond this the newest are dropped, as the kubelet does under load. */
const longestQueue = 5000
const mostSeries = 2000
/** A repeated Event is written again at most this often; its count then catches up. */
const repeatMs = 1000

export interface RecorderOptions {
  /** The component, e.g. `kubelet`. */
  readonly component: string
  readonly nodeName: string
}

/** All nodes of the lab share one pace, hence one queue. */
export class EventQueue {
  readonly #client: Client
  readonly #clock: Clock
  readonly #series = new Map<string, Series>()
  #queue: { series: Series; options: RecorderOptions }[] = []
  #isRunning = false
  #serial = 0

  constructor(client: Client, clock: Clock) {
    this.#client = client
    this.#clock = clock
  }

  recorder(options: RecorderOptions): EventRecorder {
    return { record: (object, text) => this.#record(object, text, options) }
  }

  #record(object: KubeObject, text: EventText, options: RecorderOptions): void {
    const nowMs = this.#clock.now()
    const key = [object.metadata.uid, text.type, text.reason, text.message, text.fieldPath].join('\n')
    const known = this.#series.get(key)
    const series = known ?? {
      key,
      object,
      text,
      firstMs: nowMs,
      lastMs: nowMs,
      count: 0,
      name: undefined,
      isQueued: false,
    }
    const sinceLastMs = nowMs - series.lastMs
    series.count++
    series.lastMs = nowMs
    // Re-inserted, so that the map stays sorted by use and the oldest can go.
    this.#series.delete(key)
    this.#series.set(key, series)
    if (this.#series.size > mostSeries) this.#series.delete(this.#series.keys().next().value ?? '')
    if (series.isQueued || this.#queue.length >= longestQueue) return
    if (known !== undefined && sinceLastMs < repeatMs) return
    series.isQueued = true
    this.#queue.push({ series, options })
    if (!this.#isRunning) this.#turnLater()
  }

  #turnLater(): void {
    this.#isRunning = true
    this.#clock.setTimer(turnMs, () => void this.#turn())
  }

  async #turn(): Promise<void> {
    const batch = this.#queue.slice(0, perTurn)
    this.#queue = this.#queue.slice(perTurn)
    // Best effort: a namespace that is being deleted takes no Events, and a full disk is told elsewhere.
    await Promise.allSettled(batch.map(({ series, options }) => this.#write(series, options)))
    if (this.#queue.length > 0) this.#turnLater()
    else this.#isRunning = false
  }

  async #write(series: Series, { component, nodeName }: RecorderOptions): Promise<void> {
    series.isQueued = false
    const { object, text, count } = series
    const namespace = object.metadata.namespace ?? 'default'
    const lastTimestamp = formatTime(series.lastMs)
    if (series.name !== undefined) {
      const key = { namespace, name: series.name }
      try {
        await this.#client.patch(events, key, { type: 'merge', patch: { count, lastTimestamp } })
      } catch (error) {
        // Somebody deleted it: the next time it is told anew.
        if (isApiError(error, 'NotFound')) this.#series.delete(series.key)
        throw error
      }
      return
    }
    const name = `${object.metadata.name}.${(series.firstMs * 4096 + (this.#serial++ % 4096)).toString(16)}`
    series.name = name
    const event: Event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
        ...(object.metadata.namespace !== undefined && { namespace }),
        ...(object.metadata.uid !== undefined && { uid: object.metadata.uid }),
        ...(text.fieldPath !== undefined && { fieldPath: text.fieldPath }),
      },
      type: text.type,
      reason: text.reason,
      message: text.message,
      source: { component, host: nodeName },
      reportingComponent: component,
      reportingInstance: nodeName,
      firstTimestamp: formatTime(series.firstMs),
      lastTimestamp,
      count,
    }
    try {
      await this.#client.create(events, event)
    } catch (error) {
      series.name = undefined
      throw error
    }
  }
}
