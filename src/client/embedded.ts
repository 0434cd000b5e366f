// The Client of the API server in this process: no socket, no JSON, the same rules.

import type { ApiServer } from '../apiserver/api-server.ts'
import type { Call } from '../apiserver/rest/api.ts'
import { create } from '../apiserver/rest/create.ts'
import { patch } from '../apiserver/rest/patch.ts'
import { get, list } from '../apiserver/rest/read.ts'
import { remove } from '../apiserver/rest/remove.ts'
import { patchScale } from '../apiserver/rest/scale.ts'
import { update } from '../apiserver/rest/update.ts'
import { watch } from '../apiserver/rest/watch.ts'
import { ApiError, isApiError } from '../objects/api-error.ts'
import type { KindRef } from '../objects/kind.ts'
import type { KubeObject, ObjectKey } from '../objects/object.ts'
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  PatchBody,
  PatchOptions,
  WatchEvent,
  WatchOptions,
} from './client.ts'

export interface EmbeddedClientOptions {
  /** Who owns the fields this client writes, in managedFields; default `fairway`. */
  readonly fieldManager?: string
}

/** Acts as a cluster administrator. */
export function embeddedClient(api: ApiServer, options: EmbeddedClientOptions = {}): Client {
  return new EmbeddedClient(api, options.fieldManager ?? 'fairway')
}

class EmbeddedClient implements Client {
  readonly #api: ApiServer
  readonly #call: Call

  constructor(api: ApiServer, fieldManager: string) {
    this.#api = api
    this.#call = {
      user: { name: 'system:fairway', groups: ['system:masters', 'system:authenticated'] },
      fieldManager,
      dryRun: false,
      fieldValidation: 'Warn',
      warn: () => undefined,
    }
  }

  async get<T extends KubeObject>(kind: KindRef, key: ObjectKey): Promise<T | undefined> {
    try {
      return get(this.#api, this.#api.served(kind), key) as T
    } catch (error) {
      if (isApiError(error, 'NotFound') && error.details !== undefined) return undefined
      throw error
    }
  }

  async list<T extends KubeObject>(kind: KindRef, options: ListOptions = {}): Promise<ObjectList<T>> {
    const { items, resourceVersion } = list(this.#api, this.#api.served(kind), { ...options, pages: this.#api.pages })
    return { items: items as readonly T[], resourceVersion }
  }

  async *watch<T extends KubeObject>(kind: KindRef, options: WatchOptions): AsyncIterable<WatchEvent<T>> {
    const { signal, ...request } = options
    const queue: WatchEvent<T>[] = []
    let wake = () => {}
    const stop = watch(this.#api, this.#api.served(kind), {
      request,
      pages: this.#api.pages,
      observer: notice => {
        queue.push(
          notice.kind === 'change'
            ? { type: notice.type, object: notice.object as T }
            : { type: 'BOOKMARK', resourceVersion: notice.resourceVersion },
        )
        wake()
      },
    })
    const onAbort = () => wake()
    signal.addEventListener('abort', onAbort)
    try {
      while (!signal.aborted) {
        const events = queue.splice(0)
        for (const event of events) {
          if (signal.aborted) return
          yield event
        }
        if (queue.length > 0 || signal.aborted) continue
        const { promise, resolve } = Promise.withResolvers<void>()
        wake = resolve
        await promise
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
      stop()
    }
  }

  async create<T extends KubeObject>(kind: KindRef, object: T): Promise<T> {
    const { namespace } = object.metadata
    const request = { body: object, call: this.#call, ...(namespace === undefined ? {} : { namespace }) }
    return create(this.#api, this.#api.served(kind), request) as T
  }

  async update<T extends KubeObject>(kind: KindRef, object: T, options: PatchOptions = {}): Promise<T> {
    if (options.subresource === 'scale') {
      throw new ApiError(400, 'BadRequest', 'scale is written with patch: its body is a Scale, not the object')
    }
    const { resourceVersion } = object.metadata
    if (resourceVersion === undefined) {
      throw new ApiError(
        400,
        'BadRequest',
        `update of ${kind.plural} ${JSON.stringify(object.metadata.name)} needs its resourceVersion`,
      )
    }
    const subresource = options.subresource === undefined ? {} : { subresource: options.subresource }
    return update(this.#api, this.#api.served(kind), {
      key: object.metadata,
      body: object,
      call: this.#call,
      ...subresource,
    }) as T
  }

  async patch<T extends KubeObject>(
    kind: KindRef,
    key: ObjectKey,
    body: PatchBody,
    options: PatchOptions = {},
  ): Promise<T> {
    const call = body.type === 'apply' ? { ...this.#call, fieldManager: body.fieldManager } : this.#call
    const served = this.#api.served(kind)
    if (options.subresource === 'scale') {
      patchScale(this.#api, served, { key, body, call })
      return get(this.#api, served, key) as T
    }
    const subresource = options.subresource === undefined ? {} : { subresource: options.subresource }
    return patch(this.#api, served, { key, body, call, ...subresource }).object as T
  }

  async delete(kind: KindRef, key: ObjectKey, options: DeleteOptions = {}): Promise<void> {
    remove(this.#api, this.#api.served(kind), { key, call: this.#call, ...options })
  }
}
