// PATCH: what the object becomes, in the four ways a patch can be written; then the rules of an update apply.
import type { KubeObject, ObjectKey } from '../../objects/object.ts'
import { applyJsonPatch } from '../patch/json-patch.ts'
import { applyMergePatch } from '../patch/merge-patch.ts'
import { applyStrategicPatch, refuseStrategic } from '../patch/strategic.ts'
import { type Api, type Call, storageKey } from './api.ts'
import { badRequest, notFound } from './errors.ts'
import type { ServedKind } from './served-kinds.ts'
import { update } from './update.ts'
import { toServed } from './versions.ts'

export type PatchBody =
  | { readonly type: 'json'; readonly patch: readonly object[] }
  | { readonly type: 'merge' | 'strategic'; readonly patch: object }
  | { readonly type: 'apply'; readonly patch: object; readonly force: boolean }

export interface PatchRequest {
  readonly key: ObjectKey
  readonly body: PatchBody
  readonly subresource?: 'status'
  readonly call: Call
}

export function patch(api: Api, served: ServedKind, request: PatchRequest): KubeObject {
  const { key, body, call } = request
  const stored = api.store.collection(served.collection).get(storageKey(served, key))
  if (stored === undefined) throw notFound(served.definition, key.name)
  const next = applyPatch(served, toServed(served, stored), body)
  const subresource = request.subresource === undefined ? {} : { subresource: request.subresource }
  return update(api, served, { key, body: next, call, unconditional: true, ...subresource })
}

/** The document after the patch. Works for any document of which a schema is known: objects, and their Scale. */
export function applyPatch(served: ServedKind, document: KubeObject, body: PatchBody): unknown {
  switch (body.type) {
    case 'json':
      return applyJsonPatch(document, body.patch)
    case 'merge':
      return applyMergePatch(document, body.patch)
    case 'strategic':
      if (served.custom) throw refuseStrategic()
      return applyStrategicPatch(document, body.patch, served.schema())
    case 'apply':
      throw badRequest('server-side apply is not possible here')
  }
}
