// The same stored object under another version of its API: only `apiVersion` differs.
import { apiVersionOf } from '../../objects/kind.ts'
import type { KubeObject } from '../../objects/object.ts'
import type { ServedKind } from './served-kinds.ts'

/** Views by the stored object, so that their JSON text is made once as well. */
const views = new WeakMap<KubeObject, Map<string, KubeObject>>()

/** The stored object as requests under `served` see it. */
export function toServed(served: ServedKind, stored: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(served.definition.group, served.definition.version)
  if (stored.apiVersion === apiVersion) return stored
  let byVersion = views.get(stored)
  if (byVersion === undefined) {
    byVersion = new Map()
    views.set(stored, byVersion)
  }
  let view = byVersion.get(apiVersion)
  if (view === undefined) {
    view = Object.freeze({ ...stored, apiVersion })
    byVersion.set(apiVersion, view)
  }
  return view
}

/** An object that came in under `served`, as it is stored. */
export function toStorage(served: ServedKind, object: KubeObject): KubeObject {
  const apiVersion = apiVersionOf(served.definition.group, served.storageVersion)
  return object.apiVersion === apiVersion ? object : { ...object, apiVersion }
}
