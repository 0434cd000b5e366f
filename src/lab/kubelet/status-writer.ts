// When is a pod's status written, so that every real change costs one request and a start costs one or two?
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../client/clock.ts'
import { isApiError } from '../../objects/api-error.ts'
import { type Pod, pods } from '../../objects/kinds/pod.ts'
import { statusPatch } from './pod-status.ts'
import type { PodStatus } from './pod-types.ts'

/** How long a start may go on before its half-way state is worth a request. */
const settlingMs = 250
const settlingPollMs = 5
const firstRetryMs = 100
const longestRetryMs = 5000

export interface StatusSource {
  /** The newest pod object known. */
  pod(): Pod
  status(): PodStatus
  /** True while a better answer is only a moment away. */
  isSettling(): boolean
  /** The API's answer to a write. */
  written(pod: Pod): void
  /** The pod does not exist any more. */
  gone(): void
}

export class StatusWriter {
  readonly #client: Client
  readonly #clock: Clock
  readonly #source: StatusSource
  #settlesFromMs: number
  #isScheduled = false
  #writing: Promise<void> | undefined
  #isDirty = false
  #isClosed = false

  constructor(source: StatusSource, options: { readonly client: Client; readonly clock: Clock }) {
    this.#source = source
    this.#client = options.client
    this.#clock = options.clock
    this.#settlesFromMs = options.clock.now()
  }

  /** Something may have changed; what and whether is found out when it is written. */
  dirty(): void {
    this.#isDirty = true
    if (this.#isScheduled || this.#isClosed || this.#writing !== undefined) return
    this.#isScheduled = true
    // A later turn gathers what changes together.
    setImmediate(() => this.#attempt())
  }

  /** The containers start now, however long the pod has waited for its turn. */
  begin(): void {
    this.#settlesFromMs = this.#clock.now()
  }

  /** Writes what is outstanding, and resolves when that is done. */
  async flush(): Promise<void> {
    await this.#writing
    await this.#write()
  }

  close(): void {
    this.#isClosed = true
  }

  #attempt(): void {
    if (this.#isClosed) return
    if (this.#source.isSettling() && this.#clock.now() - this.#settlesFromMs < settlingMs) {
      this.#clock.setTimer(settlingPollMs, () => this.#attempt())
      return
    }
    this.#isScheduled = false
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined
      if (this.#isDirty) this.dirty()
    })
  }

  async #writeAll(): Promise<void> {
    let retryMs = firstRetryMs
    while (this.#isDirty && !this.#isClosed) {
      if (await this.#write()) {
        retryMs = firstRetryMs
        continue
      }
      const delay = Promise.withResolvers<void>()
      this.#clock.setTimer(retryMs, delay.resolve)
      await delay.promise
      retryMs = Math.min(retryMs * 2, longestRetryMs)
    }
  }

  /** False when the write failed in a way that a retry may mend. */
  async #write(): Promise<boolean> {
    this.#isDirty = false
    const pod = this.#source.pod()
    const status = statusPatch(pod.status, this.#source.status())
    if (status === undefined) return true
    const { name, namespace = 'default', uid } = pod.metadata
    try {
      // The uid makes sure that a pod of the same name that came later is not meant.
      const patch = { metadata: { uid }, status }
      const written = await this.#client.patch<Pod>(
        pods,
        { namespace, name },
        { type: 'strategic', patch },
        { subresource: 'status' },
      )
      this.#source.written(written)
      return true
    } catch (error) {
      if (isApiError(error, 'NotFound') || isApiError(error, 'Conflict') || isApiError(error, 'Invalid')) {
        // Either it is gone, or another pod has its name: then the informer says so in a moment.
        if (isApiError(error, 'NotFound')) this.#source.gone()
        else if (isApiError(error, 'Conflict')) this.#isDirty = true
        else throw error
        return !isApiError(error, 'Conflict')
      }
      this.#isDirty = true
      return false
    }
  }
}
