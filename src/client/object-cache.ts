// Which objects of one kind exist right now, by key and by any index, without copying any of them?
import { type KubeObject, keyOf } from '../objects/object.ts'

export interface Change<T extends KubeObject> {
  /** `namespace/name`, or `name` for a cluster-scoped kind. */
  readonly key: string
  readonly before?: T
  readonly after?: T
}

/** The objects that carry one value, such as the pods of one node; empty when there are none. */
export type Index<T extends KubeObject> = (value: string) => ReadonlySet<T>

interface IndexState<T extends KubeObject> {
  readonly valuesOf: (object: T) => readonly string[]
  readonly buckets: Map<string, Set<T>>
}

const nothing: ReadonlySet<never> = new Set<never>()

export class ObjectCache<T extends KubeObject> {
  readonly items = new Map<string, T>()
  readonly #indices: IndexState<T>[] = []

  /** Buckets stay current with every change; a lookup costs the same however many objects there are. */
  indexBy(valuesOf: (object: T) => readonly string[]): Index<T> {
    const state: IndexState<T> = { valuesOf, buckets: new Map() }
    for (const object of this.items.values()) enter(state, object)
    this.#indices.push(state)
    return value => state.buckets.get(value) ?? nothing
  }

  /** Undefined when this very version is held already. */
  set(object: T): Change<T> | undefined {
    const key = keyOf(object)
    const before = this.items.get(key)
    if (before !== undefined && isSameVersion(before, object)) return undefined
    this.items.set(key, object)
    for (const index of this.#indices) {
      if (before !== undefined) leave(index, before)
      enter(index, object)
    }
    return before === undefined ? { key, after: object } : { key, before, after: object }
  }

  delete(key: string): Change<T> | undefined {
    const before = this.items.get(key)
    if (before === undefined) return undefined
    this.items.delete(key)
    for (const index of this.#indices) leave(index, before)
    return { key, before }
  }

  /** Makes `objects` the whole content. An object recreated under the same name counts as a deletion and a creation. */
  replace(objects: readonly T[]): readonly Change<T>[] {
    const changes: Change<T>[] = []
    const seen = new Set<string>()
    for (const object of objects) {
      const key = keyOf(object)
      seen.add(key)
      const held = this.items.get(key)
      if (held !== undefined && held.metadata.uid !== object.metadata.uid) push(changes, this.delete(key))
      push(changes, this.set(object))
    }
    for (const key of [...this.items.keys()]) if (!seen.has(key)) push(changes, this.delete(key))
    return changes
  }
}

function isSameVersion(a: KubeObject, b: KubeObject): boolean {
  if (a === b) return true
  const version = a.metadata.resourceVersion
  return version !== undefined && version === b.metadata.resourceVersion && a.metadata.uid === b.metadata.uid
}

function push<T>(list: T[], item: T | undefined): void {
  if (item !== undefined) list.push(item)
}

function enter<T extends KubeObject>(index: IndexState<T>, object: T): void {
  for (const value of index.valuesOf(object)) {
    const bucket = index.buckets.get(value)
    if (bucket === undefined) index.buckets.set(value, new Set([object]))
    else bucket.add(object)
  }
}

function leave<T extends KubeObject>(index: IndexState<T>, object: T): void {
  for (const value of index.valuesOf(object)) {
    const bucket = index.buckets.get(value)
    bucket?.delete(object)
    if (bucket?.size === 0) index.buckets.delete(value)
  }
}
