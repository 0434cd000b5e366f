// DELETE: at once, or marked and left to finalizers, to the garbage collector, or to the node agent of a Pod.
import type { Pod } from '../../objects/kinds/pod.ts'
import type { KubeObject, ObjectKey } from '../../objects/object.ts'
import { invalid as invalidField } from '../../objects/problems.ts'
import { sameJson } from '../../objects/same.ts'
import { type Api, type Call, storageKey, timestamp } from './api.ts'
import { conflict, invalid, notFound } from './errors.ts'
import type { ServedKind } from './served-kinds.ts'
import { countsGenerations } from './strategy.ts'
import { toServed } from './versions.ts'

export type Propagation = 'Background' | 'Foreground' | 'Orphan'

export interface RemoveOptions {
  readonly propagation?: Propagation
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

export type Removal =
  /** Nothing of it is left. */
  | { readonly kind: 'gone'; readonly object: KubeObject }
  /** It carries a deletionTimestamp now and goes when whoever holds it lets go. */
  | { readonly kind: 'going'; readonly object: KubeObject }

export interface RemoveRequest extends RemoveOptions {
  readonly key: ObjectKey
  readonly call: Call
}

const defaultPodGraceSeconds = 30

export function remove(api: Api, served: ServedKind, request: RemoveRequest): Removal {
  const { key, call } = request
  const storeKey = storageKey(served, key)
  const old = api.store.collection(served.collection).get(storeKey)
  if (old === undefined) throw notFound(served.definition, key.name)
  checkPreconditions(served, request, old)
  api.admission.get(served.collection)?.remove?.(old, call)

  const graceSeconds = served.collection === 'pods' ? podGraceSeconds(old, request.gracePeriodSeconds) : 0
  const finalizers = finalizersFor(old, request.propagation)
  const held = finalizers.length > 0 || graceSeconds > 0 || holdsContent(served, old)
  if (!held) {
    const removed = call.dryRun ? old : (api.store.remove(served.collection, storeKey) ?? old)
    return { kind: 'gone', object: toServed(served, removed) }
  }
  const marked = markForDeletion(api, served, old, { finalizers, graceSeconds })
  if (sameJson(marked, old)) return { kind: 'going', object: toServed(served, old) }
  return { kind: 'going', object: toServed(served, call.dryRun ? marked : api.store.put(served.collection, marked)) }
}

function checkPreconditions(served: ServedKind, request: RemoveRequest, old: KubeObject): void {
  const { uid, resourceVersion } = request.preconditions ?? {}
  if (uid !== undefined && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`
    throw conflict(served.definition, request.key.name, why)
  }
  if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${old.metadata.resourceVersion}`
    throw conflict(served.definition, request.key.name, why)
  }
  if ((request.gracePeriodSeconds ?? 0) < 0) {
    const problem = invalidField(
      ['gracePeriodSeconds'],
      request.gracePeriodSeconds,
      'must be greater than or equal to 0',
    )
    throw invalid({ group: '', kind: 'DeleteOptions', plural: 'deleteoptions' }, '', [problem])
  }
}

/** A Pod that no node runs, or that has ended, needs no time to stop. A second delete can only shorten the time. */
function podGraceSeconds(object: KubeObject, asked: number | undefined): number {
  const pod = object as Pod
  const running = Boolean(pod.spec?.nodeName) && !['Succeeded', 'Failed'].includes(pod.status?.phase ?? '')
  if (!running) return 0
  const granted = pod.metadata.deletionGracePeriodSeconds
  const wanted = asked ?? granted ?? pod.spec?.terminationGracePeriodSeconds ?? defaultPodGraceSeconds
  return granted === undefined ? wanted : Math.min(wanted, granted)
}

function holdsContent(served: ServedKind, object: KubeObject): boolean {
  if (served.collection !== 'namespaces') return false
  return ((object as { spec?: { finalizers?: readonly string[] } }).spec?.finalizers ?? []).length > 0
}

/** The garbage collector takes these two finalizers off again once it has seen to the dependents. */
function finalizersFor(object: KubeObject, propagation: Propagation | undefined): readonly string[] {
  const present = object.metadata.finalizers ?? []
  if (propagation === undefined) return present
  const others = present.filter(finalizer => finalizer !== 'foregroundDeletion' && finalizer !== 'orphan')
  if (propagation === 'Foreground') return [...others, 'foregroundDeletion']
  return propagation === 'Orphan' ? [...others, 'orphan'] : others
}

function markForDeletion(
  api: Api,
  served: ServedKind,
  old: KubeObject,
  marks: { readonly finalizers: readonly string[]; readonly graceSeconds: number },
): KubeObject {
  const first = old.metadata.deletionTimestamp === undefined
  const { finalizers: _finalizers, ...open } = old.metadata
  const shortened = !first && marks.graceSeconds < (old.metadata.deletionGracePeriodSeconds ?? 0)
  const metadata = {
    ...open,
    ...(marks.finalizers.length === 0 ? {} : { finalizers: marks.finalizers }),
    ...(first || shortened
      ? {
          deletionTimestamp: timestamp(api, marks.graceSeconds * 1000),
          deletionGracePeriodSeconds: marks.graceSeconds,
        }
      : {}),
    ...(first && countsGenerations(served) ? { generation: (old.metadata.generation ?? 0) + 1 } : {}),
  }
  const marked = { ...old, metadata }
  if (served.collection !== 'namespaces') return marked
  return { ...marked, status: { ...(old as { status?: object }).status, phase: 'Terminating' } } as KubeObject
}
