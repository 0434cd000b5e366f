// How does a controller live: wait for its caches, work through its queue, stop?
import type { Informer } from '../../client/informer.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { ControllerOptions } from './context.ts'
import type { HoldTimes } from './holds.ts'
import { createWorkQueue, type ReconcileResult, type WorkQueue } from './work-queue.ts'

export interface Controller extends AsyncDisposable {
  readonly name: string
  /** Resolves when every cache it reads is complete; from then on it acts. */
  readonly synced: Promise<void>
  /** Resolves when no work is queued or running. */
  idle(): Promise<void>
}

export interface ControllerParts {
  readonly name: string
  /** Caches that must be complete before the first reconcile: acting on half the truth would delete the other half. */
  readonly needs: readonly Pick<Informer<KubeObject>, 'synced'>[]
  readonly reconcile: (key: string) => Promise<ReconcileResult>
  /** Connects the informers with the queue; returns what ends each connection. */
  readonly subscribe: (queue: WorkQueue) => readonly (() => void)[]
  readonly concurrency?: number
  /** For what changes with every pod of many: one reconcile then stands for all that came in the meantime. */
  readonly hold?: HoldTimes
}

/** Short enough that nobody who makes one change notices, long enough for hundreds of pods that become ready. */
export const forManyPods: HoldTimes = { firstMs: 5, longestMs: 100 }

export function runController(options: ControllerOptions, parts: ControllerParts): Controller {
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const queue = createWorkQueue({
    clock: options.clock,
    signal,
    reconcile: parts.reconcile,
    ...(parts.concurrency === undefined ? {} : { concurrency: parts.concurrency }),
    ...(parts.hold === undefined ? {} : { hold: parts.hold }),
    onFailure: (key, error, againInMs) => options.onProblem?.({ where: parts.name, key, error, againInMs }),
  })
  const connections = parts.subscribe(queue)
  const synced = Promise.all(parts.needs.map(informer => informer.synced)).then(() => queue.open())
  return {
    name: parts.name,
    synced,
    idle: () => queue.idle(),
    async [Symbol.asyncDispose]() {
      for (const disconnect of connections) disconnect()
      stop.abort()
      await queue.idle()
    },
  }
}
