// GET of one object, and of a list: selectors, pages and versions.
import { ApiError } from '../../objects/api-error.ts'
import type { KubeObject, ObjectKey } from '../../objects/object.ts'
import type { Entry } from '../store/collection.ts'
import { type Api, storageKey } from './api.ts'
import { badRequest, notFound } from './errors.ts'
import type { Pages } from './pages.ts'
import { selectionOf } from './selection.ts'
import type { ServedKind } from './served-kinds.ts'
import { toServed } from './versions.ts'

export interface ReadOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface ListRequest extends ReadOptions {
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: string
}

export interface ListResult {
  readonly items: readonly KubeObject[]
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

export function get(api: Api, served: ServedKind, key: ObjectKey): KubeObject {
  const object = api.store.collection(served.collection).get(storageKey(served, key))
  if (object === undefined) throw notFound(served.definition, key.name)
  return toServed(served, object)
}

/** Every object that matches, or one page of them when `limit` is given. */
export function list(api: Api, served: ServedKind, request: ListRequest & { readonly pages: Pages }): ListResult {
  const selection = selectionOf(served, request)
  checkVersion(api, request)
  const collection = api.store.collection(served.collection)
  const scope = `${served.collection}/${request.namespace ?? ''}`
  const resumed = request.continue === undefined ? undefined : request.pages.resume(request.continue, scope)
  const entries = resumed?.entries ?? within(collection.entries(), request.namespace)
  const revision = resumed?.revision ?? api.store.revision
  const limit = request.limit ?? 0
  const items: KubeObject[] = []
  let position = resumed?.position ?? 0
  while (position < entries.length && (limit === 0 || items.length < limit)) {
    const entry = entries[position++]
    if (entry !== undefined && selection.matches(entry.object)) items.push(toServed(served, entry.object))
  }
  const resourceVersion = String(revision)
  if (position >= entries.length) return { items, resourceVersion }
  const token = request.pages.keep({ scope, entries, revision, position })
  const rest = entries.length - position
  return { items, resourceVersion, continue: token, ...(selection.everything ? { remainingItemCount: rest } : {}) }
}

/** The part of a sorted list that lies in one namespace, found by halving. */
function within(entries: readonly Entry[], namespace: string | undefined): readonly Entry[] {
  if (namespace === undefined || namespace === '') return entries
  const first = lowerBound(entries, `${namespace}/`)
  // '0' follows '/' in ASCII, so this is the first key after all that begin with the namespace.
  return entries.slice(first, lowerBound(entries, `${namespace}0`))
}

function lowerBound(entries: readonly Entry[], key: string): number {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((entries[middle]?.key ?? '') < key) low = middle + 1
    else high = middle
  }
  return low
}

function checkVersion(api: Api, request: ListRequest): void {
  const { resourceVersion, resourceVersionMatch: match } = request
  if (resourceVersion === undefined || resourceVersion === '') {
    if (match !== undefined) throw badRequest('resourceVersionMatch is forbidden unless resourceVersion is provided')
    return
  }
  if (!/^\d+$/.test(resourceVersion)) throw badRequest(`invalid resource version ${JSON.stringify(resourceVersion)}`)
  if (match !== undefined && match !== 'Exact' && match !== 'NotOlderThan') {
    throw badRequest(
      `resourceVersionMatch ${JSON.stringify(match)} is not supported: supported values: "Exact", "NotOlderThan"`,
    )
  }
  const asked = Number(resourceVersion)
  if (asked > api.store.revision) throw tooLarge(asked, api.store.revision)
  if (match === 'Exact' && asked !== api.store.revision) {
    throw new ApiError(
      410,
      'Expired',
      `The resourceVersion for the provided list is too old: ${asked}, the oldest kept is ${api.store.revision}`,
    )
  }
}

export function tooLarge(asked: number, current: number): ApiError {
  return new ApiError(504, 'Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    details: {
      retryAfterSeconds: 1,
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    },
  })
}
