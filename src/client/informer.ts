// How does a controller hold every object of a kind, current, while the API comes and goes?
import { isApiError } from '../objects/api-error.ts'
import type { KindRef } from '../objects/kind.ts'
import { type KubeObject, keyOf } from '../objects/object.ts'
import type { Client, ListOptions } from './client.ts'
import { type Clock, pause, systemClock } from './clock.ts'
import { type Change, type Index, ObjectCache } from './object-cache.ts'

export type { Change, Index } from './object-cache.ts'

export interface InformerOptions extends ListOptions {
  /** Ends the informer. */
  readonly signal: AbortSignal
  readonly clock?: Clock
  /** Who subscribes late is told at once of every object that is there, as if it had just come. */
  readonly replay?: boolean
  /** Told of each failed list or watch; the informer goes on by itself after `againInMs`. */
  readonly onInterruption?: (error: unknown, againInMs: number) => void
}

export interface Informer<T extends KubeObject> {
  readonly items: ReadonlyMap<string, T>
  /** Resolves after the first complete list has been delivered; never rejects. */
  readonly synced: Promise<void>
  readonly isSynced: boolean
  /** Called after the cache and its indices hold the change. The returned function ends the subscription. */
  onChange(callback: (change: Change<T>) => void): () => void
  /** The objects by any value they carry (owner uid, node, namespace …), kept current. */
  indexBy(valuesOf: (object: T) => readonly string[]): Index<T>
  /**
   * Takes in the answer to a write of ours ahead of the watch, so that the writer does not act again on what it has just
   * changed. Versions the watch has passed already are ignored. Not for informers with a selector.
   */
  observe(object: T): void
}

const firstBackoffMs = 50
const longestBackoffMs = 10_000

export function startInformer<T extends KubeObject>(
  client: Client,
  kind: KindRef,
  options: InformerOptions,
): Informer<T> {
  const { signal, clock = systemClock, replay = false, onInterruption, ...scope } = options
  const cache = new ObjectCache<T>()
  const callbacks = new Set<(change: Change<T>) => void>()
  const { promise: synced, resolve } = Promise.withResolvers<void>()
  let isSynced = false
  /** The version up to which the watch has told us everything. */
  let version = ''

  const deliver = (change: Change<T> | undefined) => {
    if (change === undefined) return
    for (const callback of callbacks) {
      try {
        callback(change)
      } catch (error) {
        // A bug of one subscriber must neither hide nor cost the others their event.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  /** What `observe` brought in may be newer than an event. An object recreated under its name is a deletion and a creation. */
  const take = (object: T) => {
    const key = keyOf(object)
    const held = cache.items.get(key)
    if (isOlder(object, held)) return
    if (held !== undefined && held.metadata.uid !== object.metadata.uid) deliver(cache.delete(key))
    deliver(cache.set(object))
  }

  const list = async () => {
    const answer = await client.list<T>(kind, scope)
    if (signal.aborted) return
    version = answer.resourceVersion
    for (const change of cache.replace(answer.items)) deliver(change)
    isSynced = true
    resolve()
  }

  const follow = async () => {
    for await (const event of client.watch<T>(kind, { ...scope, resourceVersion: version, signal })) {
      if (signal.aborted) return
      if (event.type === 'BOOKMARK') {
        version = event.resourceVersion
        continue
      }
      const { object } = event
      version = later(version, object.metadata.resourceVersion)
      if (event.type !== 'DELETED') take(object)
      else if (!isOlder(object, cache.items.get(keyOf(object)))) deliver(cache.delete(keyOf(object)))
    }
  }

  const run = async () => {
    let backoffMs = firstBackoffMs
    let mustList = true
    while (!signal.aborted) {
      const startedAt = clock.now()
      try {
        if (mustList) {
          await list()
          mustList = false
        }
        await follow()
        // A server may end a watch whenever it likes; one that ends at once must not become a busy loop.
        if (clock.now() - startedAt > 1_000) backoffMs = firstBackoffMs
      } catch (error) {
        if (signal.aborted) return
        // A lost connection is resumed. Whatever the server itself refused (410 Expired above all, or a version that a
        // restored server has not reached yet) cannot be resumed from.
        if (isApiError(error)) mustList = true
        if (clock.now() - startedAt > 1_000) backoffMs = firstBackoffMs
        onInterruption?.(error, backoffMs)
      }
      await pause(clock, backoffMs, signal)
      backoffMs = Math.min(backoffMs * 2, longestBackoffMs)
    }
  }
  // Never rejects: every failure inside is an interruption.
  void run()

  return {
    items: cache.items,
    synced,
    get isSynced() {
      return isSynced
    },
    onChange(callback) {
      if (replay) for (const [key, after] of [...cache.items]) callback({ key, after })
      callbacks.add(callback)
      return () => callbacks.delete(callback)
    },
    indexBy: valuesOf => cache.indexBy(valuesOf),
    observe(object) {
      if (!isSynced || compareVersions(object.metadata.resourceVersion, version) <= 0) return
      take(object)
    },
  }
}

function isOlder(object: KubeObject, held: KubeObject | undefined): boolean {
  return held !== undefined && compareVersions(object.metadata.resourceVersion, held.metadata.resourceVersion) < 0
}

function later(a: string, b: string | undefined): string {
  return b !== undefined && compareVersions(b, a) > 0 ? b : a
}

/** Resource versions are decimal numbers that only grow, comparable within a kind (KEP-5504). */
function compareVersions(a = '', b = ''): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}
