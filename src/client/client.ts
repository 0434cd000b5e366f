// The one way controllers reach a Kubernetes API; the embedded and a remote server look the same from here.
import type { KindRef } from '../objects/kind.ts'
import type { KubeObject, ObjectKey } from '../objects/object.ts'

export interface ListOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface ObjectList<T extends KubeObject> {
  readonly items: readonly T[]
  readonly resourceVersion: string
}

export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

export interface WatchOptions extends ListOptions {
  readonly resourceVersion: string
  readonly signal: AbortSignal
}

export type PatchBody =
  | { readonly type: 'json'; readonly patch: readonly object[] }
  | { readonly type: 'merge' | 'strategic'; readonly patch: object }
  | { readonly type: 'apply'; readonly patch: KubeObject; readonly fieldManager: string; readonly force: boolean }

export interface PatchOptions {
  readonly subresource?: 'status' | 'scale'
}

export interface UpdateOptions {
  /** `finalize` writes the `spec.finalizers` of a Namespace. */
  readonly subresource?: 'status' | 'scale' | 'finalize'
}

export interface DeleteOptions {
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

/** Every method rejects with `ApiError`; objects that come back are shared and must not be changed. */
export interface Client {
  get<T extends KubeObject>(kind: KindRef, key: ObjectKey): Promise<T | undefined>
  list<T extends KubeObject>(kind: KindRef, options?: ListOptions): Promise<ObjectList<T>>
  /** Ends when the signal aborts; rejects with reason `Expired` (410) when the version is too old to resume from. */
  watch<T extends KubeObject>(kind: KindRef, options: WatchOptions): AsyncIterable<WatchEvent<T>>
  create<T extends KubeObject>(kind: KindRef, object: T): Promise<T>
  /** Replaces the object; its resourceVersion must be the current one. */
  update<T extends KubeObject>(kind: KindRef, object: T, options?: UpdateOptions): Promise<T>
  patch<T extends KubeObject>(kind: KindRef, key: ObjectKey, body: PatchBody, options?: PatchOptions): Promise<T>
  delete(kind: KindRef, key: ObjectKey, options?: DeleteOptions): Promise<void>
}
