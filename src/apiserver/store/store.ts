// Where every object lives: in memory, immutable, under one revision counter, written through to a database.
import { type KubeObject, keyOf } from '../../objects/object.ts'
import { Collection } from './collection.ts'
import { forgetfulJournal, type Journal, SqliteJournal } from './database.ts'
import { deepFreeze } from './freeze.ts'
import type { Change } from './history.ts'
import { jsonOf } from './json.ts'

export interface StoreOptions {
  /** A file, or `:memory:` to keep nothing. */
  readonly database: string
  /** How many changes of each collection can be replayed to a resuming watch. */
  readonly historySize?: number
}

export interface StoreTimes {
  writes: number
  seconds: number
}

export class Store {
  /** How long writes took, the database included; for /metrics. */
  readonly times: StoreTimes = { writes: 0, seconds: 0 }
  readonly #journal: Journal
  readonly #historySize: number
  readonly #collections = new Map<string, Collection>()
  /** Changes before this revision were made by an earlier process. */
  readonly #openedAt: number
  #revision: number

  constructor(options: StoreOptions) {
    this.#journal = options.database === ':memory:' ? forgetfulJournal : new SqliteJournal(options.database)
    this.#historySize = options.historySize ?? 1024
    // Starting at 1 keeps 0 free: it means "any version" in a list and "from the present state" in a watch.
    this.#revision = Math.max(1, this.#journal.lastRevision())
    this.#openedAt = this.#revision
    for (const row of this.#journal.rows()) {
      this.collection(row.collection).restore(row.key, deepFreeze(JSON.parse(row.json) as KubeObject))
    }
  }

  get revision(): number {
    return this.#revision
  }

  collections(): Iterable<Collection> {
    return this.#collections.values()
  }

  collection(id: string): Collection {
    let collection = this.#collections.get(id)
    if (collection === undefined) {
      collection = new Collection(id, { historySize: this.#historySize, forgotten: this.#openedAt })
      this.#collections.set(id, collection)
    }
    return collection
  }

  /** Stores the object under the next revision and returns it as stored. The caller has checked what it replaces. */
  put(id: string, object: KubeObject): KubeObject {
    const started = performance.now()
    const collection = this.collection(id)
    const key = keyOf(object)
    const revision = this.#revision + 1
    const stored = stamp(object, revision)
    this.#journal.put({ collection: id, key, revision, json: jsonOf(stored) })
    this.#revision = revision
    const previous = collection.get(key)
    this.#count(started)
    collection.apply(
      previous === undefined
        ? { type: 'ADDED', revision, key, object: stored }
        : { type: 'MODIFIED', revision, key, object: stored, previous },
    )
    return stored
  }

  /** Removes the object and returns its last state. Undefined when there was none. */
  remove(id: string, key: string): KubeObject | undefined {
    const started = performance.now()
    const collection = this.collection(id)
    const previous = collection.get(key)
    if (previous === undefined) return undefined
    const revision = this.#revision + 1
    this.#journal.remove({ collection: id, key, revision })
    this.#revision = revision
    const change: Change = { type: 'DELETED', revision, key, object: stamp(previous, revision), previous }
    this.#count(started)
    collection.apply(change)
    return change.object
  }

  close(): void {
    this.#journal.close()
  }

  #count(started: number): void {
    this.times.writes += 1
    this.times.seconds += (performance.now() - started) / 1000
  }
}

/** The object as of a revision, frozen. */
export function stamp(object: KubeObject, revision: number): KubeObject {
  return deepFreeze({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } })
}
