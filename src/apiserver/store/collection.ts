// All objects of one resource, in the order the API lists them, and who wants to hear of their changes.
import type { KubeObject } from '../../objects/object.ts'
import { type Change, History } from './history.ts'

export type Listener = (change: Change) => void

export interface Entry {
  readonly key: string
  readonly object: KubeObject
}

export class Collection {
  readonly id: string
  readonly #objects = new Map<string, KubeObject>()
  readonly #history: History
  readonly #listeners = new Set<Listener>()
  #sortedKeys: string[] | undefined
  #entries: readonly Entry[] | undefined

  constructor(id: string, options: { readonly historySize: number; readonly forgotten: number }) {
    this.id = id
    this.#history = new History(options.historySize, options.forgotten)
  }

  get size(): number {
    return this.#objects.size
  }

  get watchers(): number {
    return this.#listeners.size
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key)
  }

  values(): IterableIterator<KubeObject> {
    return this.#objects.values()
  }

  /** Sorted by key, as etcd lists. The array is a snapshot: later changes make another one. */
  entries(): readonly Entry[] {
    if (this.#entries === undefined) {
      this.#sortedKeys ??= [...this.#objects.keys()].sort()
      const entries: Entry[] = []
      for (const key of this.#sortedKeys) {
        const object = this.#objects.get(key)
        if (object !== undefined) entries.push({ key, object })
      }
      this.#entries = entries
    }
    return this.#entries
  }

  /** Takes over what the database held, without telling anyone. */
  restore(key: string, object: KubeObject): void {
    this.#objects.set(key, object)
    this.#sortedKeys = this.#entries = undefined
  }

  apply(change: Change): void {
    if (change.type === 'DELETED') this.#objects.delete(change.key)
    else this.#objects.set(change.key, change.object)
    this.#entries = undefined
    if (change.type !== 'MODIFIED') this.#sortedKeys = undefined
    this.#history.push(change)
    const errors: unknown[] = []
    for (const listener of this.#listeners) {
      try {
        listener(change)
      } catch (error) {
        // A bug of one must not cost the others a change: they would never learn of it.
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }

  /** Replays what happened after `revision`, then tells of every change until the returned function is called. */
  listen(revision: number, listener: Listener): () => void {
    for (const change of this.#history.since(revision)) listener(change)
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
