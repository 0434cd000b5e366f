// A Kubernetes API in a few maps, so that controllers can be tested before and without the embedded server.
import { ApiError } from '../objects/api-error.ts'
import type { KindRef } from '../objects/kind.ts'
import { type KubeObject, keyOf, type ObjectKey } from '../objects/object.ts'
import type { Client, WatchEvent } from './client.ts'

interface Entry {
  readonly version: number
  readonly event: WatchEvent<KubeObject>
}

interface Collection {
  readonly objects: Map<string, KubeObject>
  readonly log: Entry[]
  readonly watchers: Set<() => void>
}

export interface MemoryClient extends Client {
  /** Writes so far, by verb. */
  readonly writes: { create: number; update: number; patch: number; delete: number }
  /** Makes resuming from any version before the current one fail with 410, and ends every watch. */
  expireWatches(): void
  /** Every call fails with 503 until it is set to false again. */
  setDown(down: boolean): void
}

/** Knows versions, uids, generations, finalizers and merge patches; no validation, no defaults, no selectors. */
export function memoryClient(options: { readonly now?: () => number } = {}): MemoryClient {
  const now = options.now ?? (() => 0)
  const collections = new Map<string, Collection>()
  const writes = { create: 0, update: 0, patch: 0, delete: 0 }
  let version = 0
  let expiredBefore = 0
  let expiries = 0
  let isDown = false

  const collectionOf = (kind: KindRef): Collection => {
    const id = `${kind.group}/${kind.plural}`
    const held = collections.get(id) ?? { objects: new Map(), log: [], watchers: new Set() }
    collections.set(id, held)
    return held
  }
  const check = () => {
    if (isDown) throw new ApiError(503, 'ServiceUnavailable', 'the server is down')
  }
  const publish = (collection: Collection, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) => {
    collection.log.push({ version, event: { type, object } })
    for (const wake of collection.watchers) wake()
  }
  const store = (collection: Collection, object: KubeObject): KubeObject => {
    const key = keyOf(object)
    const before = collection.objects.get(key)
    version++
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
    if (stored.metadata.deletionTimestamp !== undefined && (stored.metadata.finalizers ?? []).length === 0) {
      collection.objects.delete(key)
      publish(collection, 'DELETED', stored)
      return stored
    }
    collection.objects.set(key, stored)
    publish(collection, before === undefined ? 'ADDED' : 'MODIFIED', stored)
    return stored
  }
  const demand = (kind: KindRef, key: ObjectKey): KubeObject => {
    const held = collectionOf(kind).objects.get(keyOf({ metadata: key }))
    if (held === undefined) throw new ApiError(404, 'NotFound', `${kind.plural} "${key.name}" not found`)
    return held
  }
  const expect = (held: KubeObject, wanted: { resourceVersion?: string | undefined; uid?: string | undefined }) => {
    const { resourceVersion, uid } = held.metadata
    if ((wanted.resourceVersion ?? resourceVersion) !== resourceVersion || (wanted.uid ?? uid) !== uid) {
      throw new ApiError(409, 'Conflict', `${held.kind} "${held.metadata.name}": the object has been modified`)
    }
  }
  const replace = (kind: KindRef, held: KubeObject, next: KubeObject, isStatus: boolean): KubeObject => {
    const [old, wanted] = [held as Loose, next as Loose]
    const merged: Loose = isStatus
      ? { ...old, status: wanted.status }
      : { ...wanted, ...('status' in old ? { status: old.status } : {}) }
    const changed = JSON.stringify(old.spec) !== JSON.stringify(merged.spec)
    const generation = (held.metadata.generation ?? 1) + (changed ? 1 : 0)
    return store(collectionOf(kind), { ...merged, metadata: { ...merged.metadata, generation } })
  }

  return {
    writes,
    setDown(down) {
      isDown = down
    },
    expireWatches() {
      expiredBefore = version
      expiries++
      for (const collection of collections.values()) for (const wake of collection.watchers) wake()
    },
    async get<T extends KubeObject>(kind: KindRef, key: ObjectKey) {
      check()
      return collectionOf(kind).objects.get(keyOf({ metadata: key })) as T | undefined
    },
    async list<T extends KubeObject>(kind: KindRef) {
      check()
      return { items: [...collectionOf(kind).objects.values()] as T[], resourceVersion: String(version) }
    },
    async *watch<T extends KubeObject>(
      kind: KindRef,
      { resourceVersion, signal }: { readonly resourceVersion: string; readonly signal: AbortSignal },
    ) {
      check()
      if (Number(resourceVersion) < expiredBefore) throw new ApiError(410, 'Expired', 'too old resource version')
      const collection = collectionOf(kind)
      const opened = expiries
      let position = collection.log.findIndex(entry => entry.version > Number(resourceVersion))
      if (position < 0) position = collection.log.length
      while (!signal.aborted && opened === expiries && !isDown) {
        const entry = collection.log[position]
        if (entry !== undefined) {
          position++
          yield entry.event as WatchEvent<T>
          continue
        }
        const { promise, resolve } = Promise.withResolvers<void>()
        collection.watchers.add(resolve)
        signal.addEventListener('abort', () => resolve(), { once: true })
        await promise
        collection.watchers.delete(resolve)
      }
    },
    async create<T extends KubeObject>(kind: KindRef, object: T) {
      check()
      writes.create++
      if (collectionOf(kind).objects.has(keyOf(object))) {
        throw new ApiError(409, 'AlreadyExists', `${kind.plural} "${object.metadata.name}" already exists`)
      }
      const creationTimestamp = `${new Date(now()).toISOString().slice(0, 19)}Z`
      const metadata = { ...object.metadata, uid: `uid-${version + 1}`, generation: 1, creationTimestamp }
      return store(collectionOf(kind), { ...object, metadata }) as T
    },
    async update<T extends KubeObject>(
      kind: KindRef,
      object: T,
      { subresource }: { readonly subresource?: 'status' | 'scale' } = {},
    ) {
      check()
      writes.update++
      const held = demand(kind, object.metadata)
      expect(held, object.metadata)
      return replace(kind, held, object, subresource === 'status') as T
    },
    async patch<T extends KubeObject>(
      kind: KindRef,
      key: ObjectKey,
      body: { readonly type: string; readonly patch: object },
      { subresource }: { readonly subresource?: 'status' | 'scale' } = {},
    ) {
      check()
      writes.patch++
      if (body.type !== 'merge') throw new ApiError(415, 'UnsupportedMediaType', `${body.type} patches`)
      const held = demand(kind, key)
      const next = merge(held, body.patch) as KubeObject
      expect(held, next.metadata)
      return replace(kind, held, next, subresource === 'status') as T
    },
    async delete(kind, key, { preconditions = {} } = {}) {
      check()
      writes.delete++
      const held = demand(kind, key)
      expect(held, preconditions)
      const deletionTimestamp = held.metadata.deletionTimestamp ?? `${new Date(now()).toISOString().slice(0, 19)}Z`
      store(collectionOf(kind), { ...held, metadata: { ...held.metadata, deletionTimestamp } })
    },
  }
}

type Loose = KubeObject & { readonly spec?: unknown; readonly status?: unknown }

/** RFC 7386. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Record<string, unknown> = {
    ...(typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {}),
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else result[key] = merge(result[key], value)
  }
  return result
}
