// How do controllers write: only what changed, and never acting twice on a change they have just made?
import type { DeleteOptions } from '../../client/client.ts'
import { isApiError } from '../../objects/api-error.ts'
import type { KindRef } from '../../objects/kind.ts'
import type { KubeObject, ObjectKey } from '../../objects/object.ts'
import type { ControllerOptions, Informers } from './context.ts'
import { mergeDiff } from './merge-diff.ts'

export interface Writer {
  create<T extends KubeObject>(kind: KindRef, object: T): Promise<T>
  /** Sends the difference of metadata and spec, if any. Rejects with Conflict when `before` is not the current version. */
  change<T extends KubeObject>(kind: KindRef, before: T, after: T): Promise<T>
  /** Sends the difference of the status, if any. The last writer of a field wins. */
  changeStatus<T extends KubeObject>(kind: KindRef, before: T, status: object): Promise<T>
  /** Asks for the deletion of this very object (by uid); one that is gone already is fine. */
  remove(kind: KindRef, object: KubeObject, options?: Omit<DeleteOptions, 'preconditions'>): Promise<void>
  /** True from `remove` until the cache shows the object as terminating or gone. */
  isBeingRemoved(object: KubeObject): boolean
}

export function createWriter(options: ControllerOptions & { readonly informers: Informers }): Writer {
  const { client, informers } = options
  const removals = new Set<string>()
  const watched = new Set<string>()

  const learn = <T extends KubeObject>(kind: KindRef, object: T): T => {
    informers.existing<T>(kind)?.observe(object)
    return object
  }

  /** Forgets a removal once the watch has told of it, so that the set holds only what is under way. */
  const watchRemovals = (kind: KindRef) => {
    const id = `${kind.group}/${kind.plural}`
    if (watched.has(id)) return
    watched.add(id)
    informers.existing(kind)?.onChange(({ before, after }) => {
      const uid = before?.metadata.uid
      if (uid !== undefined && (after?.metadata.uid !== uid || isTerminating(after))) removals.delete(uid)
    })
  }

  return {
    create: async (kind, object) => learn(kind, await client.create(kind, object)),
    async change(kind, before, after) {
      const patch = mergeDiff(withoutStatus(before), withoutStatus(after))
      if (patch === undefined) return before
      const { resourceVersion } = before.metadata
      const metadata = { ...(patch.metadata as object | undefined), resourceVersion }
      const body = { type: 'merge', patch: { ...patch, metadata } } as const
      return learn(kind, await client.patch(kind, addressOf(before), body))
    },
    async changeStatus(kind, before, status) {
      const held = 'status' in before && typeof before.status === 'object' ? (before.status ?? {}) : {}
      const patch = mergeDiff(held, status)
      if (patch === undefined) return before
      const body = { type: 'merge', patch: { status: patch } } as const
      return learn(kind, await client.patch(kind, addressOf(before), body, { subresource: 'status' }))
    },
    async remove(kind, object, deleteOptions = {}) {
      const { uid } = object.metadata
      watchRemovals(kind)
      if (uid !== undefined) removals.add(uid)
      try {
        const preconditions = uid === undefined ? {} : { preconditions: { uid } }
        await client.delete(kind, addressOf(object), { ...deleteOptions, ...preconditions })
      } catch (error) {
        if (uid !== undefined) removals.delete(uid)
        // NotFound: gone. Conflict: the name belongs to another object by now, so ours is gone as well.
        if (!isApiError(error, 'NotFound') && !isApiError(error, 'Conflict')) throw error
      }
    },
    isBeingRemoved: object => object.metadata.uid !== undefined && removals.has(object.metadata.uid),
  }
}

export function isTerminating(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined
}

export function addressOf(object: KubeObject): ObjectKey {
  const { namespace, name } = object.metadata
  return namespace === undefined ? { name } : { namespace, name }
}

function withoutStatus(object: KubeObject): object {
  const { status: _, ...rest } = object as KubeObject & { readonly status?: unknown }
  return rest
}
