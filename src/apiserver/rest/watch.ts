// A watch: what happens to the objects of a selection, from a version on.
import type { KubeObject } from '../../objects/object.ts'
import type { Change } from '../store/history.ts'
import { stamp } from '../store/store.ts'
import type { Api } from './api.ts'
import { badRequest } from './errors.ts'
import type { Pages } from './pages.ts'
import { list, type ReadOptions, tooLarge } from './read.ts'
import { type Selection, selectionOf } from './selection.ts'
import type { ServedKind } from './served-kinds.ts'
import { toServed } from './versions.ts'

export interface WatchRequest extends ReadOptions {
  /** Absent or '0': the present objects come first, as ADDED. */
  readonly resourceVersion?: string
  /** The present objects first, then a mark that they are complete (`--watch-list`). */
  readonly sendInitialEvents?: boolean
}

export type WatchNotice =
  | { readonly kind: 'change'; readonly type: Change['type']; readonly object: KubeObject }
  /** All objects that were there at the start have been told. */
  | { readonly kind: 'synced'; readonly resourceVersion: string }

/** Tells `observer` at once of what is past, then of every change as it is stored. Returns how to stop. */
export function watch(
  api: Api,
  served: ServedKind,
  options: { readonly request: WatchRequest; readonly pages: Pages; readonly observer: (notice: WatchNotice) => void },
): () => void {
  const { request, observer } = options
  const selection = selectionOf(served, request)
  const collection = api.store.collection(served.collection)
  const asked = versionOf(request.resourceVersion)
  if (asked > api.store.revision) throw tooLarge(asked, api.store.revision)
  const presentFirst = request.sendInitialEvents ?? asked === 0
  if (presentFirst) {
    const { namespace, labelSelector, fieldSelector } = request
    const selected = {
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    }
    for (const object of list(api, served, { ...selected, pages: options.pages }).items) {
      observer({ kind: 'change', type: 'ADDED', object })
    }
    observer({ kind: 'synced', resourceVersion: String(api.store.revision) })
  }
  const from = presentFirst || asked === 0 ? api.store.revision : asked
  return collection.listen(from, change => {
    const notice = asSeenBy(selection, change)
    if (notice !== undefined) observer({ ...notice, object: toServed(served, notice.object) })
  })
}

/** An object that starts to match is ADDED for this watcher; one that no longer does is DELETED. */
function asSeenBy(selection: Selection, change: Change): (WatchNotice & { kind: 'change' }) | undefined {
  const { previous } = change
  const before = previous !== undefined && selection.matches(previous)
  const after = change.type !== 'DELETED' && selection.matches(change.object)
  if (after) return { kind: 'change', type: before ? 'MODIFIED' : 'ADDED', object: change.object }
  if (!before) return undefined
  // The last state this watcher knew, as of the version at which it left.
  const object = change.type === 'DELETED' ? change.object : stamp(previous, change.revision)
  return { kind: 'change', type: 'DELETED', object }
}

function versionOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}`)
  return Number(text)
}
